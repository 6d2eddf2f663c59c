import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { childIn } from "../../store/fence.ts";
import { readJsonIfWhole } from "../../store/files.ts";
import { isAlive, signalGroup } from "../../store/processes.ts";
import type { Store } from "../../store/store.ts";
import { beginRun, type Beginning } from "../begin.ts";
import { followRun, type Following } from "../follow.ts";
import { TRIED } from "./trial-recipe.ts";

/** What came of trying a kind. */
export interface Tried {
  first: RunRecord;
  /**
   * The same again, with its program killed at its first checkpoint; `at` is that checkpoint, null where it ended before it left
   * any. Null as a whole where the first try was not done.
   */
  again: { record: RunRecord; at: string | null } | null;
}

/**
 * Runs the recipe of a trial in a store that is for it alone, and once more with its program killed. Null when it was
 * interrupted.
 */
export async function tryKind(
  store: Store,
  beginning: Beginning,
  following: Following,
): Promise<Tried | null> {
  const first = await runOnce(store, beginning, following);
  if (first === null) return null;
  const [made] = first.record.steps;
  if (first.record.status !== "done" || made?.fingerprint == null)
    return { first: first.record, again: null };
  await store.cache.remove(made.fingerprint, true);
  const again = await runOnce(store, beginning, following, killAtCheckpoint);
  return again && { first: first.record, again };
}

async function runOnce(
  store: Store,
  beginning: Beginning,
  following: Following,
  meanwhile: typeof killAtCheckpoint = () => Promise.resolve(null),
): Promise<{ record: RunRecord; at: string | null } | null> {
  const { request } = (await beginRun(store, { ...beginning, afresh: true })).started;
  const over = new AbortController();
  const killed = meanwhile(store, request.run, over.signal);
  const how = await followRun(store, request, following).finally(() => over.abort());
  const at = await killed;
  const record = await store.runs.loadRecord(request.run);
  return how !== "over" || record === undefined ? null : { record, at };
}

const LOOK_MS = 20;

/** Kills the step's program as soon as it has left a checkpoint; gives its name, null if there was none while it ran. */
async function killAtCheckpoint(store: Store, run: string, over: AbortSignal): Promise<string | null> {
  for (; !over.aborted; await sleep(LOOK_MS)) {
    const work = await readJsonIfWhole<{ key: string }>(store.runs.step(run, TRIED).work, "key");
    if (work === undefined) continue;
    const names = await readdir(store.works.checkpoints(work.key)).catch(() => []);
    const found = names.find((name) => /^checkpoint-[0-9]+$/.test(name));
    const child = found === undefined ? null : await childIn(store.local.work(work.key).folder);
    if (found === undefined || child === null || !isAlive(child)) continue;
    signalGroup(child.pid, "SIGKILL");
    return found;
  }
  return null;
}
