import { ApplicationFailure } from "@temporalio/common";
import { isDiskFull } from "../core/disk.ts";
import { FenceError } from "../store/fence.ts";
import { ContentError } from "../store/listing.ts";
import { DevicesBusyError } from "./allot-devices.ts";
import { StuckProcesses } from "../store/step-processes.ts";
import { tooManyFiles } from "../core/too-many-files.ts";
import { DISK_FULL, StepFailure, type FailureCode } from "../core/step-failure.ts";

// A program that is killed so often is not killed by chance.
const MOST_KILLED = 100;

/**
 * Any error as what Temporal reports. `attempt` counts the activity's own tries. Messages are bounded: a child's output
 * must not fill the history.
 */
export function toApplicationFailure(error: unknown, attempt: number): ApplicationFailure {
  // Another run works on the very same step: once it is done, its result is reused. Or other steps have the GPUs. What is
  // waited so is not of the step's `timeout`, and another worker may take it.
  if (error instanceof FenceError || error instanceof DevicesBusyError) {
    return ApplicationFailure.create({ type: "waits", message: error.message, nextRetryDelay: "1 second" });
  }
  const { code, message } = explain(error);
  if (code === "killed" && attempt < MOST_KILLED) {
    return ApplicationFailure.create({ type: code, message, nextRetryDelay: "200 milliseconds" });
  }
  return ApplicationFailure.create({ type: code, message: message.slice(0, 4000), nonRetryable: true });
}

function explain(error: unknown): { code: FailureCode; message: string } {
  if (error instanceof StepFailure) return error;
  if (error instanceof StuckProcesses) return { code: "environment", message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error)) return { code: "disk", message: DISK_FULL };
  // Of a checkpoint, or of what changed while it was looked at.
  if (error instanceof ContentError)
    return { code: "data", message: `What the step made cannot be kept: ${message}.` };
  const files = tooManyFiles(error);
  if (files !== undefined) return { code: "environment", message: files };
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
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
