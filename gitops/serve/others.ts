import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { readJsonIfWhole, writeJson } from "../../store/files.ts";
import { beat, BEAT_MS, presenceOf } from "../../store/presence.ts";
import { identify, type ProcessIdentity } from "../../store/processes.ts";
import type { Store } from "../../store/store.ts";

interface Present {
  process: ProcessIdentity;
  repositories: string[];
}

/** Notes which repositories this process follows, until it is told to leave. */
export async function announceServing(
  store: Store,
  repositories: string[],
): Promise<{ leave: () => Promise<void> }> {
  const { serving } = store.gitops;
  await mkdir(serving, { recursive: true });
  const file = path.join(serving, `${os.hostname()}-${process.pid}-${randomUUID()}.json`);
  const present: Present = { process: identify(process.pid)!, repositories };
  await writeJson(file, present);
  const timer = setInterval(() => void beat(file).catch(() => {}), BEAT_MS);
  timer.unref();
  return {
    leave: async () => {
      clearInterval(timer);
      await rm(file, { force: true });
    },
  };
}

/** Repositories that processes follow which are not known to be gone; those that are gone are forgotten. */
export async function followedBySomebody(store: Store): Promise<Set<string>> {
  const found = new Set<string>();
  const { serving } = store.gitops;
  for (const entry of await readdir(serving).catch(() => [])) {
    const file = path.join(serving, entry);
    const present = await readJsonIfWhole<Present>(file, "process");
    if (present === undefined) continue;
    if ((await presenceOf(present.process, file)) === "gone") await rm(file, { force: true });
    else for (const name of present.repositories) found.add(name);
  }
  return found;
}
