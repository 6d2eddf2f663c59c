import type { Store } from "../../store/store.ts";
import { cancelRun } from "../../runs/cancel.ts";
import { checkpointsOfStep } from "../../runs/checkpoints.ts";
import { RunError } from "../../runs/errors.ts";
import type { RunAt } from "../../schemas/gitops-work.ts";
import { RunFollower } from "../../runs/step-files.ts";
import { letGo } from "./let-go.ts";
import type { Around } from "./followed.ts";

/** Ends a run whose commit was superseded. Its programs are gone then, and its checkpoints kept; gives words for those. */
export async function stopRun(around: Around, at: RunAt & { run: string }): Promise<string | null> {
  const { store } = around;
  try {
    await cancelRun(store, at.run);
  } catch (error) {
    // It ended first.
    if (!(error instanceof RunError) || !["run-over", "run-unknown"].includes(error.refusal.why)) throw error;
  }
  await letGo(around, at);
  return keptOf(store, at.run);
}

/** `340 of 500 steps kept`, of the first step that has a checkpoint. */
async function keptOf(store: Store, run: string): Promise<string | null> {
  const started = await store.runs.load(run);
  if (started === undefined) return null;
  const follower = new RunFollower(store, run, started.request.plan);
  await follower.update();
  for (const { id, state } of follower.steps) {
    const { checkpoints, parts } = await checkpointsOfStep(store, run, id);
    const newest = Math.max(
      0,
      ...checkpoints.filter(({ defect }) => defect === null).map(({ step }) => step),
    );
    const { total, unit } = state.progress ?? {};
    if (newest > 0) return `${newest}${total === undefined ? "" : ` of ${total}`} ${unit ?? "steps"} kept`;
    if (parts > 0) return `${parts} finished parts kept`;
  }
  return null;
}
