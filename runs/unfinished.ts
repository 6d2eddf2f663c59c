import path from "node:path";
import type { Artifact, Plan } from "../schemas/plan.ts";
import { workingFolderOf, type StartedRun } from "../store/runs.ts";
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
  const working = path.resolve(folder, path.dirname(plan.recipe.path));
  for (const id of (await store.runs.listOf(plan.recipe.name)).slice(0, RUNS_LOOKED_AT)) {
    const run = await store.runs.load(id);
    if (run?.request.plan.digest !== plan.digest) continue;
    // One of an earlier version may name no folder: it goes on in any.
    if ((workingFolderOf(run) ?? working) !== working) continue;
    const same = JSON.stringify(run.request.inputs) === JSON.stringify(inputs);
    return same && (await store.runs.loadRecord(id)) === undefined ? run : null;
  }
  return null;
}
