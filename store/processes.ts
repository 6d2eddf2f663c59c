import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Names one process for as long as the machine runs: a pid alone is used again. */
export interface ProcessIdentity {
  pid: number;
  boot: string;
  started: string;
}

/** The identity of a live process, or undefined. Linux reads /proc, other systems ask `ps`. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The command stands in brackets and may hold spaces; state is field 3, start time field 22.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z") return undefined;
      return {
        pid,
        boot: readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(),
        started: fields[19]!,
      };
    }
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return started === "" ? undefined : { pid, boot: "", started };
  } catch {
    return undefined;
  }
}

/** Whether that very process is still alive. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.boot === identity.boot && now.started === identity.started;
}

/** Signals a whole process group; a group that is gone is no error. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
