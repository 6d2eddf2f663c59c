import { storeHere } from "../../store-here.ts";
import type { Store } from "../../../store/store.ts";
import type { Answer } from "../../../gitops/serve/ask.ts";
import { listCommits, readStanding } from "../../../gitops/state/commits.ts";
import type { CommitStanding } from "../../../schemas/gitops-work.ts";
import { EXIT, UserError } from "../../errors.ts";
import { repositoryOf, type ServerFileOption } from "../../gitops/server-file.ts";
import { say, sayJson } from "../../output.ts";
import { writable } from "../../writable.ts";

interface AskOptions extends ServerFileOption {
  json?: boolean;
  repository?: string;
  by?: string;
}

/** Approves what waits at a commit: the plans as they stand in the store, by their digests. */
export async function approve(
  short: string,
  recipe: string | undefined,
  { json = false, repository: named, by, ...options }: AskOptions,
): Promise<number> {
  const { name: repository } = repositoryOf(options, named);
  const store = await writable(storeHere());
  const standing = await commitOf(store, repository, short);
  const waiting = standing.items.filter(
    (item) => item.state === "waiting-for-approval" && (recipe === undefined || item.recipe === recipe),
  );
  if (waiting.length === 0)
    throw new UserError(
      EXIT.invalid,
      `Nothing${recipe === undefined ? "" : ` of '${recipe}'`} waits for approval at ${standing.sha.slice(0, 10)}.`,
    );
  const ask = await import("../../../gitops/serve/ask.ts");
  const approved = answered(
    await ask.approve(store, repository, {
      ...{ sha: standing.sha, digests: waiting.map(({ approval }) => approval) },
      ...{ recipe: recipe ?? null, by: by ?? null },
    }),
    repository,
  );
  if (json) sayJson({ repository, sha: standing.sha, approved });
  else say(`Approved at ${standing.sha.slice(0, 10)}: ${approved.join(", ")}.`);
  return EXIT.done;
}

/** Asks for runs of a branch, tag or commit by hand. */
export async function run(
  ref: string,
  recipe: string | undefined,
  { json = false, repository: named, by, ...options }: AskOptions,
): Promise<number> {
  const { name: repository } = repositoryOf(options, named);
  const store = await writable(storeHere());
  const ask = await import("../../../gitops/serve/ask.ts");
  const answer = answered(
    await ask.demand(store, repository, {
      ...{ kind: "manual", ref, recipe: recipe ?? null, by: by ?? null },
    }),
    repository,
  );
  if (!/^[0-9a-f]{40,64}$/.test(answer)) throw new UserError(EXIT.invalid, answer);
  if (json) sayJson({ repository, ref, sha: answer, recipe: recipe ?? null });
  else say(`Asked for at ${answer.slice(0, 10)}. See 'reprise gitops status ${answer.slice(0, 10)}'.`);
  return EXIT.done;
}

/** A commit that the store knows, by its sha or the beginning of it. */
export async function commitOf(store: Store, repository: string, short: string): Promise<CommitStanding> {
  const places = store.gitops.repository(repository);
  const found = (await listCommits(places)).filter((sha) => sha.startsWith(short));
  const standing = found.length === 1 ? await readStanding(places, found[0]!) : undefined;
  if (standing !== undefined) return standing;
  throw new UserError(
    EXIT.invalid,
    found.length > 1
      ? `'${short}' is the beginning of ${found.length} commits of '${repository}'. Say more of it.`
      : `No commit '${short}' of '${repository}' was looked at yet.`,
  );
}

function answered<T>(answer: Answer<T>, repository: string): T {
  switch (answer.how) {
    case "answered":
      return answer.value;
    case "refused":
      throw new UserError(EXIT.invalid, answer.because);
    case "silent":
      throw new UserError(
        EXIT.missing,
        "Nobody answers. Start 'reprise gitops serve'; what was asked is done then.",
      );
    case "unknown":
      throw new UserError(
        EXIT.invalid,
        `'${repository}' is not followed yet, or the commit is over. Start 'reprise gitops serve'.`,
      );
  }
}
