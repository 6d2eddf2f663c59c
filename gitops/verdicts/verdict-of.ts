import type { CommitJob, CommitPlan, RunVerdict, StatusState } from "../../schemas/gitops.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";

/** What a run came to, as a commit shows it. */
export function verdictOf(record: RunRecord): RunVerdict {
  const { run, status, claims, steps, failure } = record;
  const counting = claims.filter(({ counts = true }) => counts);
  const failures = steps.flatMap(({ id, failure: own }) => (own === null ? [] : [`${id}: ${own.message}`]));
  return {
    run,
    status,
    reproduced: counting.length === 0 ? null : counting.every(({ verdict }) => verdict === "REPRODUCED"),
    claims: claims.map(({ id, says, verdict, counts = true, because }) => ({
      ...{ id, says, outcome: verdict, counts, evidence: because },
    })),
    metrics: Object.fromEntries(
      steps.flatMap(({ id, metrics }) =>
        Object.entries(metrics).map(([name, value]) => [`${id}.${name}`, value] as const),
      ),
    ),
    failures: failures.length > 0 || failure === null ? failures : [failure.message],
  };
}

/** The state of a recipe whose run has this verdict. */
export function stateOf(
  { status, reproduced }: RunVerdict,
  { newDeviations }: Pick<CommitPlan, "newDeviations">,
  gate: CommitJob["gate"],
): StatusState {
  if (status !== "done") return status;
  const held = reproduced ?? true;
  if (!held && gate.claims === "required") return "not-reproduced";
  if (newDeviations.length > 0 && gate.conformance === "no-new-deviations") return "new-deviations";
  if (!held) return "reported";
  return reproduced === null ? "unclaimed" : "reproduced";
}
