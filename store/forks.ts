import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/**
 * Between its fork and its exec a program looks like the worker that starts it: it does not carry the mark yet. If the worker
 * dies then, the program starts all the same. It is known by an open file that a worker has for each attempt, which exec closes.
 */
export function isForkOf(pid: number, held: string): boolean {
  return look(() => readdirSync(`/proc/${pid}/fd`), []).some((fd) => {
    const target = look(() => readlinkSync(`/proc/${pid}/fd/${fd}`), "");
    return path.basename(target).replace(/ \(deleted\)$/, "") === held;
  });
}

/** Whether a process is within exec: its files are closed already, and its variables not to be read yet. */
export const isWithinExec = (pid: number): boolean =>
  look(() => readFileSync(`/proc/${pid}/environ`, "latin1"), "gone") === "" &&
  look(() => readFileSync(`/proc/${pid}/cmdline`, "latin1"), "gone") === "" &&
  // A thread of the kernel has none.
  look(() => readlinkSync(`/proc/${pid}/exe`), "") !== "";

/** What /proc says; `otherwise` for a process that is gone, or of another user. */
function look<T>(at: () => T, otherwise: T): T {
  try {
    return at();
  } catch {
    return otherwise;
  }
}
