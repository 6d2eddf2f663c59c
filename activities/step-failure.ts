/**
 * Why a step failed. `program` may be run again by the recipe's `retry`; all others would fail the same way.
 * gate: a faithfulness check. data, model: the step's inputs. environment: this machine.
 */
export type FailureCode = "program" | "gate" | "data" | "model" | "environment" | "unexpected";

/** A failure with a sentence for the user: what happened, and what to do. */
export class StepFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}
