import { setTimeout as sleep } from "node:timers/promises";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { isUnanswered } from "../engine/session.ts";
import { withUnfinished, type Opened } from "./with-session.ts";
import type { Store } from "../store/store.ts";

const LOOK_MS = 200;

// The server waits for a worker until a call is given up.
const ANSWER_MS = 2_000;

/**
 * Pauses a run: its steps save a checkpoint where they can and stop, and nothing is held until it is resumed. The record is that
 * of a run that ended first.
 */
export async function pauseRun(
  store: Store,
  name: string,
): Promise<{ run: string; record: RunRecord | undefined }> {
  const { run } = await withUnfinished(store, name, stopSteps);
  return { run, record: await store.runs.loadRecord(run) };
}

interface State {
  paused: boolean;
  running: string[];
}

async function stopSteps({ store, request: { run }, session, handle: known }: Opened): Promise<void> {
  if (known === undefined) await store.runs.setPaused(run, true);
  // Its command may just have started it.
  const handle = known ?? (await session.attach(run))?.handle;
  if (handle !== undefined) {
    let working: Promise<unknown> | undefined;
    const workHere = () => (working ??= session.work(run, store.runs.files(run).engineLog));
    const ask = () => session.ask(handle, (workflow) => workflow.query<State>("state"));
    for (let state: State | undefined = { paused: false, running: [] }; state !== undefined;) {
      // Who goes on with the run at the same moment may have told it so.
      if (!state.paused) await session.ask(handle, (workflow) => workflow.signal("pause"));
      if ((await store.local.liveWorkers(run)).length === 0) await workHere();
      state = await answered(ask, workHere);
      if (state?.paused === true && state.running.length === 0) break;
      await sleep(LOOK_MS);
    }
  }
  await store.runs.setPaused(run, true);
}

/** What a run answers; where nobody answers for it in time, as its last worker goes while it is asked, this process does. */
async function answered<T>(ask: () => Promise<T>, workHere: () => Promise<unknown>): Promise<T> {
  const late = setTimeout(() => void workHere().catch(() => {}), ANSWER_MS);
  try {
    return await ask();
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    await workHere();
    return await ask();
  } finally {
    clearTimeout(late);
  }
}
