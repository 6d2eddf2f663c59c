import { CancellationScope, isCancellation, setHandler } from "@temporalio/workflow";
import type { StatusState } from "../../schemas/gitops.ts";
import type { Moved, Queued, RunAt, Stop } from "../../schemas/gitops-work.ts";
import { long, soon } from "./activities.ts";
import { commitId, repositoryId } from "./names.ts";
import * as says from "./signals.ts";
import { tell } from "./tell.ts";

/** One run of a recipe at a commit, from its turn in the queue to its verdict. */
export async function recipe({ repository, entry }: { repository: string; entry: Queued }): Promise<void> {
  const { sha, key, attempt } = entry;
  const at: RunAt = { repository, sha, key, attempt };
  const following = new CancellationScope();
  let stopped: Stop | null = null;
  setHandler(says.stop, (asked) => {
    stopped ??= asked;
    following.cancel();
  });
  setHandler(says.again, () => {});
  const toCommit = (moved: Moved): Promise<boolean> => tell(commitId(repository, sha), says.moved, moved);
  const move = (state: StatusState, run: string | null, note: string | null): Promise<boolean> =>
    toCommit({ key, attempt, state, run, note });

  const begun = await soon.beginRun(at);
  if (begun.how === "refused") await move(begun.state, null, begun.note);
  else {
    const { run } = begun;
    await move("running", run, null);
    await followed(following, { ...at, run });
    const told = stopped as Stop | null;
    if (told === null) await toCommit(await soon.judge({ ...at, run }));
    else {
      const kept = told.shared ? null : await soon.stopRun({ ...at, run });
      await move("superseded", run, [why(told), ...(kept === null ? [] : [kept])].join(", "));
    }
  }
  await tell(repositoryId(repository), says.ended, { sha, key });
}

/** Follows a run until it is over, or until this is no longer wanted. */
async function followed(scope: CancellationScope, run: RunAt & { run: string }): Promise<void> {
  try {
    await scope.run(() => long.followRun(run));
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}

const why = ({ by }: Stop): string => (by === null ? "its ref is gone" : `by ${by.slice(0, 7)}`);
