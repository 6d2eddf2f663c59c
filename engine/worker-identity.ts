import os from "node:os";
import { identify, isAlive } from "../store/processes.ts";

const PREFIX = "reprise";

/** This process as Temporal sees it; tells another process whether the worker of an attempt is dead. */
export function workerIdentity(): string {
  const { pid, boot, started } = identify(process.pid)!;
  return [PREFIX, os.hostname(), pid, boot, started].join("|");
}

/** Whether a worker's identity names a process of this host that is gone. Unknown identities count as alive. */
export function isDeadWorker(identity: string): boolean {
  const [prefix, host, pid, boot, started] = identity.split("|");
  if (prefix !== PREFIX || host !== os.hostname()) return false;
  return !isAlive({ pid: Number(pid), boot: boot ?? "", started: started ?? "" });
}
