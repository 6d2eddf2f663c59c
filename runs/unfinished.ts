import type { Artifact, Plan } from "../schemas/plan.ts";
import type { StartedRun } from "../store/runs.ts";
import type { Store } from "../store/store.ts";

const RUNS_LOOKED_AT = 20;

interface Wanted {
  plan: Plan;
  inputs: Record<string, Artifact>;
  folder: string;
}

/** The newest run of this very plan, these inputs and this folder that left no record: it can go on. */
export async function unfinishedRun(
  store: Store,
  { plan, inputs, folder }: Wanted,
): Promise<StartedRun | null> {
  for (const id of (await store.runs.listOf(plan.recipe.name)).slice(0, RUNS_LOOKED_AT)) {
    const run = await store.runs.load(id);
    // One of an earlier version names no folder: it goes on in any.
    if (run?.request.plan.digest !== plan.digest || (run.folder ?? folder) !== folder) continue;
    const same = JSON.stringify(run.request.inputs) === JSON.stringify(inputs);
    return same && (await store.runs.loadRecord(id)) === undefined ? run : null;
  }
  return null;
}
