import { ApplicationFailure } from "@temporalio/common";
import { FenceError } from "../store/fence.ts";
import { tooManyFiles } from "../store/too-many-files.ts";
import { DISK_FULL, StepFailure, type FailureCode } from "./step-failure.ts";

// A program that is killed so often is not killed by chance.
const MOST_KILLED = 100;

/**
 * Any error as what Temporal reports. `attempt` counts the activity's own tries. Messages are bounded: a child's output
 * must not fill the history.
 */
export function toApplicationFailure(error: unknown, attempt: number): ApplicationFailure {
  // Another run works on the very same step: once it is done, its result is reused.
  if (error instanceof FenceError) {
    return ApplicationFailure.create({ type: "fence", message: error.message, nextRetryDelay: "1 second" });
  }
  const { code, message } = explain(error);
  if (code === "killed" && attempt < MOST_KILLED) {
    return ApplicationFailure.create({ type: code, message, nextRetryDelay: "200 milliseconds" });
  }
  return ApplicationFailure.create({ type: code, message: message.slice(0, 4000), nonRetryable: true });
}

function explain(error: unknown): { code: FailureCode; message: string } {
  if (error instanceof StepFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const files = tooManyFiles(error);
  if (files !== undefined) return { code: "environment", message: files };
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case "ENOSPC":
    case "EDQUOT":
      return { code: "disk", message: DISK_FULL };
    case "EROFS":
    case "EACCES":
      return {
        code: "environment",
        message: `${message} The folder cannot be written: set REPRISE_HOME to one that can.`,
      };
    default:
      return { code: "unexpected", message };
  }
}
