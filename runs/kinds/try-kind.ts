import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { removeFromCache } from "../../store/cache.ts";
import { childIn } from "../../store/fence.ts";
import { readJsonIfWhole } from "../../store/files.ts";
import { home } from "../../store/home.ts";
import { isAlive, signalGroup } from "../../store/processes.ts";
import { loadRecord } from "../../store/runs.ts";
import { checkpointsOf } from "../../store/works.ts";
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
  root: string,
  beginning: Beginning,
  following: Following,
): Promise<Tried | null> {
  const first = await runOnce(root, beginning, following);
  if (first === null) return null;
  const [made] = first.record.steps;
  if (first.record.status !== "done" || made?.fingerprint == null)
    return { first: first.record, again: null };
  await removeFromCache(root, made.fingerprint, true);
  const again = await runOnce(root, beginning, following, killAtCheckpoint);
  return again && { first: first.record, again };
}

async function runOnce(
  root: string,
  beginning: Beginning,
  following: Following,
  meanwhile: typeof killAtCheckpoint = () => Promise.resolve(null),
): Promise<{ record: RunRecord; at: string | null } | null> {
  const { request } = (await beginRun(root, { ...beginning, afresh: true })).started;
  const over = new AbortController();
  const killed = meanwhile(root, request.run, over.signal);
  const how = await followRun(root, request, following).finally(() => over.abort());
  const at = await killed;
  const record = await loadRecord(root, request.run);
  return how !== "over" || record === undefined ? null : { record, at };
}

const LOOK_MS = 20;

/** Kills the step's program as soon as it has left a checkpoint; gives its name, null if there was none while it ran. */
async function killAtCheckpoint(root: string, run: string, over: AbortSignal): Promise<string | null> {
  for (; !over.aborted; await sleep(LOOK_MS)) {
    const file = path.join(home.step(root, run, TRIED), "work.json");
    const work = await readJsonIfWhole<{ key: string }>(file, "key");
    if (work === undefined) continue;
    const names = await readdir(checkpointsOf(root, work.key)).catch(() => []);
    const found = names.find((name) => /^checkpoint-[0-9]+$/.test(name));
    const child = found === undefined ? null : await childIn(home.work(root, work.key));
    if (found === undefined || child === null || !isAlive(child)) continue;
    signalGroup(child.pid, "SIGKILL");
    return found;
  }
  return null;
}
