import type { Artifact, Plan } from "../schemas/plan.ts";
import { listRunsOf, loadRecord, loadRun, type StartedRun } from "../store/runs.ts";

/** The newest run of this very plan and these inputs that left no record: it can go on. */
export async function unfinishedRun(
  root: string,
  plan: Plan,
  inputs: Record<string, Artifact>,
): Promise<StartedRun | null> {
  const suffix = `-${plan.digest.slice(0, 6)}`;
  for (const id of (await listRunsOf(root, plan.recipe.name)).filter((name) => name.endsWith(suffix))) {
    const run = await loadRun(root, id);
    if (run?.request.plan.digest !== plan.digest) continue;
    const same = JSON.stringify(run.request.inputs) === JSON.stringify(inputs);
    return same && (await loadRecord(root, id)) === undefined ? run : null;
  }
  return null;
}
