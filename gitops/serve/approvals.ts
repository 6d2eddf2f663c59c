import type { Store } from "../../store/store.ts";
import type { Client } from "@temporalio/client";
import type { Followed } from "../activities/followed.ts";
import { commitIdOf } from "../ids.ts";
import { readStanding } from "../state/commits.ts";
import { readSeen } from "../state/seen.ts";
import { approvalsIn } from "../words/approval.ts";
import type { Sha } from "../../schemas/gitops.ts";
import type { Approval } from "../../schemas/gitops-work.ts";
import { readComments } from "./read-comments.ts";

/** Someone, or something, that removes or changes our comment again and again is not answered at each look (ms). */
const LEFT_ALONE_MS = 600_000;

/**
 * Finds approvals in the comments of pull requests whose head waits for one. What a comment may do its author's permission says. Since
 * the comments are read: where ours, with the line that approves, was removed or changed, it is shown again by `repair`.
 */
export function approvalsOf(
  client: Client,
  store: Store,
  followed: Followed,
  repair: (sha: Sha) => Promise<void>,
): () => Promise<void> {
  const { served, places, forge } = followed;
  const handled = new Set<string>();
  const repaired = new Map<Sha, number>();
  return async () => {
    if (forge === null) return;
    for (const { number, head } of (await readSeen(places))?.heads.pulls ?? []) {
      const items = (await readStanding(places, head))?.items ?? [];
      if (!items.some(({ state }) => state === "waiting-for-approval")) continue;
      const { comments, isAltered } = await readComments(forge, followed, { number, head });
      if (isAltered && performance.now() - (repaired.get(head) ?? -Infinity) > LEFT_ALONE_MS) {
        await repair(head);
        repaired.set(head, performance.now());
      }
      for (const { id, author, ours, body } of comments) {
        const words = ours || author === null ? [] : approvalsIn(body).filter(({ sha }) => sha === head);
        for (const { sha, digests } of words) {
          const name = `${id} ${sha} ${digests.join(" ")}`;
          if (handled.has(name)) continue;
          await approve(client, commitIdOf(store, served.name, sha), {
            sha,
            digests,
            recipe: null,
            by: author,
          });
          handled.add(name);
        }
      }
    }
  };
}

/** One that is refused changes nothing: whoever wrote it sees that it still waits. */
async function approve(client: Client, workflow: string, approval: Approval): Promise<void> {
  await client.workflow
    .getHandle(workflow)
    .executeUpdate("approve", { args: [approval] })
    .catch((error: unknown) => {
      if (!["WorkflowUpdateFailedError", "WorkflowNotFoundError"].includes((error as Error).name))
        throw error;
    });
}
