import { ApplicationFailure } from "@temporalio/common";
import { FenceError } from "../store/fence.ts";
import { StepFailure, type FailureCode } from "./step-failure.ts";

/** Any error as what Temporal reports. Messages are bounded: a child's output must not fill the history. */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  // Another run works on the very same step: once it is done, its result is reused.
  if (error instanceof FenceError) {
    return ApplicationFailure.create({ type: "fence", message: error.message, nextRetryDelay: "2 seconds" });
  }
  const code: FailureCode = error instanceof StepFailure ? error.code : codeOfSystemError(error);
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 4000);
  return ApplicationFailure.create({ type: code, message: message + adviceFor(error), nonRetryable: true });
}

function codeOfSystemError(error: unknown): FailureCode {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "ENOSPC" || code === "EROFS" || code === "EACCES" ? "environment" : "unexpected";
}

function adviceFor(error: unknown): string {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case "ENOSPC":
      return " The disk is full: make room and run again; finished steps are kept.";
    case "EROFS":
    case "EACCES":
      return " The folder cannot be written: set REPRISE_HOME to one that can.";
    default:
      return "";
  }
}
