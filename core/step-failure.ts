import type { ProgramFailure } from "../schemas/plan.ts";

/**
 * Why a step failed. Program failures (exit, oom, nan, timeout, stalled, and unavailable: a server that does not answer) may be run again by the recipe's `retry`. killed:
 * somebody ended the program, which is tried again without limit. gate: a faithfulness check. data, model: the step's
 * inputs. disk: no room. environment: this machine lacks something. All of these would fail the same way again.
 */
export type FailureCode =
  ProgramFailure | "killed" | "gate" | "data" | "model" | "disk" | "environment" | "unexpected";

/** A failure with a sentence for the user: what happened, and what to do. */
export class StepFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const DISK_FULL =
  "The disk is full. Make room and run again: finished steps and checkpoints are kept.";
