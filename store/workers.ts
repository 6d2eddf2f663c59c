import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readJsonIfWhole, writeJson } from "./files.ts";
import { home } from "./home.ts";
import { beat, BEAT_MS, presenceOf } from "./presence.ts";
import { identify, type ProcessIdentity, type Standing } from "./processes.ts";

const LOOK_MS = 1_000;

interface Present {
  /** For people. */
  host: string;
  process: ProcessIdentity;
  /** How many it may use. */
  gpus?: number;
}

const folderOf = (root: string, run: string): string => path.join(home.run(root, run), "workers");

/** Notes that this process works for a run, until it is told to leave. */
export async function announceWorker(
  root: string,
  run: string,
  gpus: number,
): Promise<{ leave: () => Promise<void> }> {
  // Two containers may have one name, and the same numbers for their processes.
  const file = path.join(folderOf(root, run), `${os.hostname()}-${process.pid}-${randomUUID()}.json`);
  const present: Present = { host: os.hostname(), process: identify(process.pid)!, gpus };
  await writeJson(file, present);
  const live = async () => {
    // One that was stopped for long may have been taken off the list.
    if (!(await beat(file)) && !left) await writeJson(file, present);
    await forgetGone(root, run);
  };
  let left = false;
  const timer = setInterval(() => void live().catch(() => {}), BEAT_MS);
  timer.unref();
  return {
    leave: async () => {
      left = true;
      clearInterval(timer);
      await rm(file, { force: true });
    },
  };
}

/** The workers of a run that are not known to be gone, as `host process 123`. */
export async function liveWorkers(root: string, run: string): Promise<string[]> {
  const found = await look(root, run);
  return found.filter(({ standing }) => standing !== "gone").map(({ name }) => name);
}

/** As `liveWorkers`, but waits until it is known of each whether it lives: of another host's at most a minute. */
export async function surelyLiveWorkers(root: string, run: string): Promise<string[]> {
  for (;;) {
    const found = await look(root, run);
    if (found.every(({ standing }) => standing !== "unknown"))
      return found.filter(({ standing }) => standing === "alive").map(({ name }) => name);
    await sleep(LOOK_MS);
  }
}

/** The most GPUs that one worker of a run has. */
export async function mostGpusOfWorkers(root: string, run: string): Promise<number> {
  const found = await look(root, run);
  return Math.max(0, ...found.map(({ standing, gpus }) => (standing === "gone" ? 0 : gpus)));
}

/** Takes workers off the list that ended without a word. */
async function forgetGone(root: string, run: string): Promise<void> {
  for (const { file, standing } of await look(root, run))
    if (standing === "gone") await rm(file, { force: true });
}

interface Looked {
  file: string;
  name: string;
  gpus: number;
  standing: Standing;
}

async function look(root: string, run: string): Promise<Looked[]> {
  const folder = folderOf(root, run);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (entry) => {
      const file = path.join(folder, entry);
      const worker = await readJsonIfWhole<Present>(file, "process");
      if (worker === undefined) return [];
      const name = `${worker.host} process ${worker.process.pid}`;
      return [{ file, name, gpus: worker.gpus ?? 0, standing: await presenceOf(worker.process, file) }];
    }),
  );
  return found.flat();
}
