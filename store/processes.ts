import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import os from "node:os";

/** Names one process for as long as the machine runs: a pid alone is used again. */
export interface ProcessIdentity {
  pid: number;
  /** The boot id of the kernel that it runs on; on other systems than Linux the host's name. */
  boot: string;
  /** The pid namespace that the pid counts in: containers on one kernel have the same boot id. */
  space?: string;
  started: string;
}

/** What can be said of a process from here. Other hosts and other containers keep theirs to themselves. */
export type Standing = "alive" | "gone" | "unknown";

/** Where this process's pids count. A constant of the process, whatever the host is called meanwhile. */
function lookAround(): { boot: string; space: string } {
  if (process.platform !== "linux") return { boot: os.hostname(), space: "" };
  return {
    boot: readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(),
    space: readlinkSync("/proc/self/ns/pid"),
  };
}

let known: { boot: string; space: string } | undefined;
const here = () => (known ??= lookAround());

let own: ProcessIdentity | undefined;

/** The identity of a live process, or undefined. Its own one keeps a process: each look takes the kernel a millisecond. */
export function identify(pid: number): ProcessIdentity | undefined {
  return pid === process.pid ? (own ??= lookAt(pid)) : lookAt(pid);
}

/** Linux reads /proc, other systems ask `ps`. */
function lookAt(pid: number): ProcessIdentity | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The command stands in brackets and may hold spaces; state is field 3, start time field 22.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z") return undefined;
      return { pid, ...here(), started: fields[19]! };
    }
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return started === "" ? undefined : { pid, ...here(), started };
  } catch {
    return undefined;
  }
}

/** Whether that very process is seen alive from here. */
export function isAlive({ pid, boot, space, started }: ProcessIdentity): boolean {
  const now = identify(pid);
  return (
    now !== undefined &&
    now.boot === boot &&
    now.started === started &&
    // A server that an older version started has none.
    (space === undefined || now.space === space)
  );
}

/** Whether a process runs on this kernel, as far as its identity tells. */
export const isOfThisBoot = ({ boot }: ProcessIdentity): boolean => boot === here().boot;

/** Whether that very process is alive; what cannot be looked at from here is unknown. */
export function standingOf(identity: ProcessIdentity): Standing {
  if (!isOfThisBoot(identity) || identity.space !== here().space) return "unknown";
  return isAlive(identity) ? "alive" : "gone";
}

/** Signals a whole process group; one that is gone, or all another user's (as under sudo), is no error. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
