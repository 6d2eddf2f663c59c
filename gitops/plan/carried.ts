import type { Store } from "../../store/store.ts";
import type { CommitPlan } from "../../schemas/gitops.ts";
import type { Artifact, Plan } from "../../schemas/plan.ts";
import { verdictOf } from "../verdicts/verdict-of.ts";

const RUNS_LOOKED_AT = 50;

/** The newest run of this very plan and content of inputs that is done, whichever commit or folder it was begun for. */
export async function carriedVerdict(
  store: Store,
  { plan, inputs }: { plan: Plan; inputs: Record<string, Artifact> },
): Promise<CommitPlan["carried"]> {
  for (const id of (await store.runs.listOf(plan.recipe.name)).slice(0, RUNS_LOOKED_AT)) {
    // Its id names its plan.
    if (!id.endsWith(`-${plan.digest.slice(0, 6)}`)) continue;
    const run = await store.runs.load(id);
    if (run?.request.plan.digest !== plan.digest || !sameContent(run.request.inputs, inputs)) continue;
    const record = await store.runs.loadRecord(id);
    if (record?.status === "done") return { run: id, verdict: verdictOf(record) };
  }
  return null;
}

function sameContent(one: Record<string, Artifact>, other: Record<string, Artifact>): boolean {
  const names = Object.keys(other);
  return (
    Object.keys(one).length === names.length &&
    names.every((name) => one[name] !== undefined && one[name].digest === other[name]!.digest)
  );
}
