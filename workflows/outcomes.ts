import type { PlanStep, StepOutcome } from "../schemas/plan.ts";

/** The outcome of a step that gave no result. What its attempts left on disk is added when the record is written. */
export function outcomeWithout(step: PlanStep, status: "failed" | "cancelled" | "skipped"): StepOutcome {
  return {
    id: step.id,
    kind: step.kind,
    status,
    attempts: 0,
    resumed_from: [],
    started: null,
    ended: null,
    fingerprint: null,
    inputs: {},
    outputs: {},
    metrics: {},
    log: null,
    events: null,
    threads: null,
  };
}
