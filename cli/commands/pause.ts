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

async function stopSteps({ root, request: { run }, session, handle }: Opened): Promise<void> {
  if (handle !== undefined) {
    await session.ask(handle, (workflow) => workflow.signal("pause"));
    let alone = false;
    for (;;) {
      // Somebody must carry it out, also when the run's last worker goes meanwhile.
      if (!alone && (await liveWorkers(root, run)).length === 0) {
        alone = true;
        await session.work(run, path.join(home.run(root, run), "engine.log"));
      }
      const state = await session.ask(handle, (workflow) => workflow.query<{ running: string[] }>("state"));
      if (state === undefined || state.running.length === 0) break;
      await sleep(LOOK_MS);
    }
  }
  await setPaused(root, run, true);
}
