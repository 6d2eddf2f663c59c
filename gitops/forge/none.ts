import type { Status } from "../../schemas/gitops.ts";
import type { CommitStanding } from "../../schemas/gitops-work.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Facts } from "../words/statuses.ts";

/** The file in a ref of a commit's verdict. */
const STATUS_FILE = "status.json";

export const statusRef = (sha: string): string => `refs/reprise/status/${sha}`;

/** How a commit stands, as a document that anyone can fetch: `git fetch origin refs/reprise/status/<sha>`. */
export function documentOf(standing: CommitStanding, facts: Facts, [all, ...each]: Status[]): string {
  const { repository, sha, items, unaffected, problems, triggers } = standing;
  const sentences = new Map(each.map(({ context, description }) => [context, description]));
  const document = {
    gitops: 1,
    ...{ repository, sha, state: all!.state, description: all!.description },
    triggers: triggers.map(({ kind, ref, base }) => ({ kind, ref, base })),
    ...{ problems, unaffected },
    recipes: items.map(({ key, recipe, profile, state, run, approval, note }) => {
      const { plan = null, verdict = null, difference = null } = facts.get(key) ?? {};
      return {
        ...{ recipe, profile, state, description: sentences.get(`${all!.context}/${key}`) ?? note },
        ...{ run, approval, problems: plan?.problems ?? [] },
        steps: (plan?.steps ?? []).map(({ id, action, because }) => ({ id, action, because })),
        ...{ newDeviations: plan?.newDeviations ?? [], verdict, difference },
      };
    }),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Writes the verdict of a commit where there is no forge: into the remote, or where that takes no refs into the mirror. */
export const writeVerdict = (mirror: Mirror, sha: string, document: string): Promise<"remote" | "mirror"> =>
  mirror.writeRef(statusRef(sha), { [STATUS_FILE]: document });
