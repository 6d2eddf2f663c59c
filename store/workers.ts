import { readdir, rm, stat, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { readJsonIfWhole, writeJson } from "./files.ts";
import { home } from "./home.ts";
import { identify, isAlive, type ProcessIdentity } from "./processes.ts";

// Another host's worker cannot be looked at: it counts as alive while it touches its file.
const SILENT_MS = 60_000;
const TOUCH_MS = 20_000;

interface Present {
  host: string;
  process: ProcessIdentity;
}

const folderOf = (root: string, run: string): string => path.join(home.run(root, run), "workers");

/** Notes that this process works for a run, until it is told to leave. */
export async function announceWorker(root: string, run: string): Promise<{ leave: () => Promise<void> }> {
  const file = path.join(folderOf(root, run), `${os.hostname()}-${process.pid}.json`);
  await writeJson(file, { host: os.hostname(), process: identify(process.pid)! } satisfies Present);
  const timer = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), TOUCH_MS);
  timer.unref();
  return {
    leave: async () => {
      clearInterval(timer);
      await rm(file, { force: true });
    },
  };
}

/** The workers of a run that are alive, as `host process 123`. */
export async function liveWorkers(root: string, run: string): Promise<string[]> {
  const folder = folderOf(root, run);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const worker = await readJsonIfWhole<Present>(file, "process");
      if (worker === undefined) return [];
      const alive =
        worker.host === os.hostname()
          ? isAlive(worker.process)
          : Date.now() - (await stat(file)).mtimeMs < SILENT_MS;
      return alive ? [`${worker.host} process ${worker.process.pid}`] : [];
    }),
  );
  return found.flat();
}
