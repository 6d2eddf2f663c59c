import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { home } from "../store/home.ts";
import { loadRecord, setPaused } from "../store/runs.ts";
import { liveWorkers } from "../store/workers.ts";
import { withUnfinished, type Opened } from "./with-session.ts";

const LOOK_MS = 200;

/**
 * Pauses a run: its steps save a checkpoint where they can and stop, and nothing is held until it is resumed. The record is that
 * of a run that ended first.
 */
export async function pauseRun(
  root: string,
  name: string,
): Promise<{ run: string; record: RunRecord | undefined }> {
  const { run } = await withUnfinished(root, name, stopSteps);
  return { run, record: await loadRecord(root, run) };
}

interface State {
  paused: boolean;
  running: string[];
}

async function stopSteps({ root, request: { run }, session, handle: known }: Opened): Promise<void> {
  if (known === undefined) await setPaused(root, run, true);
  // Its command may just have started it.
  const handle = known ?? (await session.attach(run))?.handle;
  if (handle !== undefined) {
    let alone = false;
    for (let state: State | undefined = { paused: false, running: [] }; state !== undefined;) {
      // Who goes on with the run at the same moment may have told it so.
      if (!state.paused) await session.ask(handle, (workflow) => workflow.signal("pause"));
      // Somebody must carry it out, also when the run's last worker goes meanwhile.
      if (!alone && (await liveWorkers(root, run)).length === 0) {
        alone = true;
        await session.work(run, path.join(home.run(root, run), "engine.log"));
      }
      state = await session.ask(handle, (workflow) => workflow.query<State>("state"));
      if (state?.paused === true && state.running.length === 0) break;
      await sleep(LOOK_MS);
    }
  }
  await setPaused(root, run, true);
}
