import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "../../core/digest.ts";
import { EngineError } from "../../engine/errors.ts";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { readJsonIfWhole, writeJson } from "../../store/files.ts";
import { beat, BEAT_MS, presenceOf } from "../../store/presence.ts";
import { identify, type ProcessIdentity } from "../../store/processes.ts";
import type { Store } from "../../store/store.ts";

/** A server of a store, as its file says it. */
interface Present {
  process: ProcessIdentity;
  host: string;
  /** Digest of all that its file says. */
  says: string;
}

/**
 * Notes that this process follows a store's repositories, until it is told to leave. Throws an EngineError where another one does by a
 * file that says something else: any of them may be the one that decides about a commit, and they would not decide alike.
 */
export async function announceServing(
  store: Store,
  repositories: readonly ServedRepository[],
): Promise<{ leave: () => Promise<void> }> {
  const { serving } = store.gitops;
  await mkdir(serving, { recursive: true });
  const file = path.join(serving, `${os.hostname()}-${process.pid}-${randomUUID()}.json`);
  const says = digestOf([...repositories].sort((a, b) => (a.name < b.name ? -1 : 1)));
  const present: Present = { process: identify(process.pid)!, host: os.hostname(), says };
  await writeJson(file, present);
  const timer = setInterval(() => void beat(file).catch(() => {}), BEAT_MS);
  timer.unref();
  const leave = async (): Promise<void> => {
    clearInterval(timer);
    await rm(file, { force: true });
  };
  try {
    // It stands there already: of two that start at once at least one sees the other.
    const other = await otherThan(present, serving);
    if (other === null) return { leave };
    throw new EngineError(
      `Process ${other.process.pid} on ${other.host} serves this store by a gitops.yaml that says something else. Servers of one store share their work, so all need the same file: stop that one first, or give this one a store of its own (REPRISE_HOME).`,
    );
  } catch (error) {
    await leave();
    throw error;
  }
}

/** A server that says something else, and is not gone. Whether one of another host is, may take a minute to know. */
async function otherThan({ says }: Present, serving: string): Promise<Present | null> {
  for (;;) {
    let unknown = false;
    for (const entry of await readdir(serving)) {
      const file = path.join(serving, entry);
      const present = await readJsonIfWhole<Present>(file, "process");
      if (present === undefined || present.says === says) continue;
      const standing = await presenceOf(present.process, file);
      if (standing === "gone") await rm(file, { force: true });
      else if (standing === "unknown") unknown = true;
      else return present;
    }
    if (!unknown) return null;
    await sleep(1_000);
  }
}
