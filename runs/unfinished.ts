import type { Artifact, Plan } from "../schemas/plan.ts";
import { listRunsOf, loadRecord, loadRun, type StartedRun } from "../store/runs.ts";

const RUNS_LOOKED_AT = 20;

/** The newest run of this very plan and these inputs that left no record: it can go on. */
export async function unfinishedRun(
  root: string,
  plan: Plan,
  inputs: Record<string, Artifact>,
): Promise<StartedRun | null> {
  for (const id of (await listRunsOf(root, plan.recipe.name)).slice(0, RUNS_LOOKED_AT)) {
    const run = await loadRun(root, id);
    if (run?.request.plan.digest !== plan.digest) continue;
    const same = JSON.stringify(run.request.inputs) === JSON.stringify(inputs);
    return same && (await loadRecord(root, id)) === undefined ? run : null;
  }
  return null;
}
