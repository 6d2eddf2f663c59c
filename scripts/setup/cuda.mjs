import fs from "node:fs";
import { SetupError } from "./setup-error.mjs";

/** Whether CUDA's packages are wanted: where a driver is, or where REPRISE_CUDA says so (1 or 0). */
export function wantsCuda() {
  const said = process.env.REPRISE_CUDA;
  if (said === "1" || said === "0") return said === "1";
  if (said) throw new SetupError(`REPRISE_CUDA is '${said}'; it must be 1 or 0.`);
  return process.platform === "linux" && ["/dev/nvidiactl", "/dev/dxg"].some((file) => fs.existsSync(file));
}
