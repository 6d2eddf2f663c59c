import fs from "node:fs";
import { SetupError } from "./setup-error.mjs";

const DRIVERS = ["/dev/nvidiactl", "/dev/dxg"];

/**
 * Whether CUDA's packages are wanted, and whether somebody said so: by REPRISE_CUDA (1 or 0), now or at an earlier set-up.
 * Else where a driver is. Those that are there stay: a checkout may be shared by machines with and without a GPU.
 */
export function wantsCuda({ cuda = null, cuda_said: before = false }) {
  const said = process.env.REPRISE_CUDA;
  if (said === "1" || said === "0") return { cuda: said === "1", said: true };
  if (said) throw new SetupError(`REPRISE_CUDA is '${said}'; it must be 1 or 0.`);
  if (before) return { cuda, said: true };
  const driver = process.platform === "linux" && DRIVERS.some((file) => fs.existsSync(file));
  return { cuda: cuda === true || driver, said: false };
}
