import os from "node:os";
import { identify, isOfThisBoot, standingOf } from "../store/processes.ts";

const PREFIX = "reprise";

/** This process as Temporal sees it; tells another process whether the worker of an attempt is dead. The host is for people. */
export function workerIdentity(): string {
  const { pid, boot, started, space } = identify(process.pid)!;
  return [PREFIX, os.hostname(), pid, boot, started, space].join("|");
}

/** Whether a worker's identity names a process that is gone for sure. Whatever cannot be known counts as alive. */
export function isDeadWorker(identity: string, environment = process.env): boolean {
  const [prefix, , pid, boot = "", started = "", space] = identity.split("|");
  if (prefix !== PREFIX) return false;
  const worker = { pid: Number(pid), boot, started, ...(space === undefined ? {} : { space }) };
  // Only processes of this machine reach the embedded server: one of another boot is from before it started anew.
  const embedded = !environment["TEMPORAL_ADDRESS"];
  return standingOf(worker) === "gone" || (embedded && !isOfThisBoot(worker));
}
