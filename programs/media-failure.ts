import { ExecaError } from "execa";
import { isDiskFull, saysDiskFull } from "../core/disk.ts";
import { DISK_FULL, StepFailure } from "../core/step-failure.ts";

/** What ended a media program that is not its input's fault: a full disk, or somebody who killed it. */
export function mediaFailure(error: unknown, program = "ffmpeg"): StepFailure | null {
  if (isDiskFull(error)) return new StepFailure("disk", DISK_FULL);
  if (!(error instanceof ExecaError)) return null;
  if (saysDiskFull(String(error.stderr))) return new StepFailure("disk", DISK_FULL);
  return error.signal === "SIGKILL" || error.signal === "SIGTERM"
    ? new StepFailure("killed", `${program} was ended by ${error.signal}.`)
    : null;
}
