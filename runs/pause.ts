import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { home } from "../../store/home.ts";
import { loadRecord, setPaused } from "../../store/runs.ts";
import { liveWorkers } from "../../store/workers.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { withUnfinished, type Opened } from "../with-session.ts";

const LOOK_MS = 200;

/** Pauses a run: its steps save a checkpoint where they can and stop, and nothing is held until it is resumed. */
export async function pause(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const { root, request } = await withUnfinished(name, stopSteps);
  const { run } = request;
  const record = await loadRecord(root, run);
  if (json) sayJson({ run, status: record?.status ?? "paused" });
  else if (record !== undefined) say(`${run} had ended before: ${record.status}.`);
  else say(`${run} is paused. Go on with 'reprise resume ${run}'.`);
  return EXIT.done;
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
