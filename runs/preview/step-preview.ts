import type { PlanStep, StepOutcome } from "../../schemas/plan.ts";
import type { FinishedStep } from "../../store/finished-steps.ts";

/** One cause for a step to run, down to the field. */
export interface Reason {
  kind:
    | "never-run"
    | "parameter"
    | "input"
    | "upstream"
    | "environment"
    | "version"
    | "damaged"
    | "missing-input"
    | "removed";
  field: string;
  from: unknown;
  to: unknown;
  /** In words. */
  text: string;
}

export interface StepPreview {
  step: PlanStep;
  action: "run" | "reuse" | "resume";
  /** Known only once all inputs are. */
  fingerprint: string | null;
  /** Why it runs, or why its reuse is not yet sure. */
  because: Reason[];
  /** Step of the training that the resumed checkpoint stands at. */
  resumeFrom: number | null;
  /** Checkpoints that cannot be used, and why. */
  refused: string[];
  /** What a reused step gives. Null also where an earlier step must first give the same bytes again. */
  outcome: StepOutcome | null;
  /** Everything that decides the result, as far as it is known. */
  fields: Record<string, unknown> | null;
  /** The last time that this step was made, for estimates. */
  last: FinishedStep | null;
}
