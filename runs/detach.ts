import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { RunError } from "./errors.ts";
import type { Store } from "../store/store.ts";

const START_MS = 60_000;

/** A program that works on one run until it is over. */
export interface WorkerProgram {
  command: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
}

/** What became of a run that was left to a process of its own; `log` is what that process writes. */
export type Detached = { how: "working"; pid: number; log: string } | { how: "over" } | { how: "paused" };

/**
 * Leaves a run to a worker process of its own, which ends with it; gives back when that has taken it. Throws RunError
 * (`worker-lost`) where it ends before.
 */
export async function detachRun(
  store: Store,
  run: string,
  { command, args, environment }: WorkerProgram,
): Promise<Detached> {
  const { folder, detachedLog: log } = store.runs.files(run);
  await mkdir(folder, { recursive: true });
  const output = openSync(log, "a");
  const child = spawn(command, args, { detached: true, stdio: ["ignore", output, output], env: environment });
  closeSync(output);
  child.unref();
  const ended = new Promise<true>((resolve) => {
    child.once("exit", () => resolve(true)).once("error", () => resolve(true));
  });
  const isOver = async () => (await store.runs.loadRecord(run)) !== undefined;
  for (let waited = 0; waited < START_MS; waited += 100) {
    if (await isOver()) return { how: "over" };
    // Others may work on it too.
    if ((await store.local.liveWorkers(run)).includes(`${os.hostname()} process ${child.pid}`))
      return { how: "working", pid: child.pid!, log };
    if (await Promise.race([ended, sleep(100).then(() => false)])) break;
  }
  if (await isOver()) return { how: "over" };
  // Somebody else may have paused it meanwhile.
  if ((await store.runs.load(run))?.paused === true) return { how: "paused" };
  throw new RunError({ why: "worker-lost", run, log });
}
