import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { eventsIn } from "../../data/events/event-tail.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { RunRequest } from "../../schemas/plan.ts";
import { childIn } from "../../store/fence.ts";
import { isAlive, signalGroup } from "../../store/processes.ts";
import type { Store } from "../../store/store.ts";
import { beginRun, type Beginning } from "../begin.ts";
import { followRun, type Following } from "../follow.ts";
import { TRIED } from "./trial-recipe.ts";

/** What came of trying a kind. */
export interface Tried {
  first: RunRecord;
  /** The same again, with its program killed at its first checkpoint. Null where the first try was not done. */
  again: Again | null;
}

interface Again {
  record: RunRecord;
  /** The checkpoint at which it was killed; null where it ended by itself before. */
  at: string | null;
  /** It left checkpoints, so that a killed one would go on from them. */
  saves: boolean;
}

/**
 * Runs the recipe of a trial in a store that is for it alone, and once more with its program killed. Null when it was
 * interrupted.
 */
export async function tryKind(
  store: Store,
  beginning: Beginning,
  following: (request: RunRequest) => Following,
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
  following: (request: RunRequest) => Following,
  meanwhile: typeof killAtCheckpoint = () => Promise.resolve(null),
): Promise<Again | null> {
  const { request } = (await beginRun(store, { ...beginning, afresh: true })).started;
  const over = new AbortController();
  const killed = meanwhile(store, request.run, over.signal);
  const how = await followRun(store, request, following(request)).finally(() => over.abort());
  const at = await killed;
  const record = await store.runs.loadRecord(request.run);
  if (how !== "over" || record === undefined) return null;
  const events = await eventsIn(store.runs.step(request.run, TRIED).events).catch(() => []);
  return { record, at, saves: events.some(({ event }) => event === "checkpoint") };
}

const LOOK_MS = 20;

/** Kills the step's program as soon as it has left a checkpoint; gives its name, null if there was none while it ran. */
async function killAtCheckpoint(store: Store, run: string, over: AbortSignal): Promise<string | null> {
  for (; !over.aborted; await sleep(LOOK_MS)) {
    const work = await store.runs.loadWork(run, TRIED);
    if (work === undefined) continue;
    const { folder, checkpoints } = store.local.work(work.key);
    const names = await readdir(checkpoints).catch(() => []);
    const found = names.find((name) => /^checkpoint-[0-9]+$/.test(name));
    const child = found === undefined ? null : await childIn(folder);
    if (found === undefined || child === null || !isAlive(child)) continue;
    signalGroup(child.pid, "SIGKILL");
    return found;
  }
  return null;
}
