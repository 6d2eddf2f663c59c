import { ExecaError } from "execa";
import { DISK_FULL, StepFailure } from "./step-failure.ts";

/** What ended a media program that is not its input's fault: a full disk, or somebody who killed it. */
export function mediaFailure(error: unknown): StepFailure | null {
  if ((error as NodeJS.ErrnoException).code === "ENOSPC") return new StepFailure("disk", DISK_FULL);
  if (!(error instanceof ExecaError)) return null;
  if (String(error.stderr).includes("No space left on device")) return new StepFailure("disk", DISK_FULL);
  return error.signal === "SIGKILL" || error.signal === "SIGTERM"
    ? new StepFailure("killed", `ffmpeg was ended by ${error.signal}.`)
    : null;
}
