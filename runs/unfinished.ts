import type { Artifact, Plan } from "../schemas/plan.ts";
import { listRunsOf, loadRecord, loadRun, type StartedRun } from "../store/runs.ts";

const RUNS_LOOKED_AT = 20;

interface Wanted {
  plan: Plan;
  inputs: Record<string, Artifact>;
  folder: string;
}

/** The newest run of this very plan, these inputs and this folder that left no record: it can go on. */
export async function unfinishedRun(
  root: string,
  { plan, inputs, folder }: Wanted,
): Promise<StartedRun | null> {
  for (const id of (await listRunsOf(root, plan.recipe.name)).slice(0, RUNS_LOOKED_AT)) {
    const run = await loadRun(root, id);
    // One of an earlier version names no folder: it goes on in any.
    if (run?.request.plan.digest !== plan.digest || (run.folder ?? folder) !== folder) continue;
    const same = JSON.stringify(run.request.inputs) === JSON.stringify(inputs);
    return same && (await loadRecord(root, id)) === undefined ? run : null;
  }
  return null;
}
