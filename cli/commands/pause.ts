import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findToolchain } from "../../activities/toolchain.ts";
import { home } from "../../store/home.ts";
import { setPaused } from "../../store/runs.ts";
import { liveWorkers } from "../../store/workers.ts";
import { EXIT } from "../errors.ts";
import { findUnfinished } from "../find-run.ts";
import { say, sayJson } from "../output.ts";

const LOOK_MS = 200;

/** Pauses a run: its steps save a checkpoint where they can and stop, and nothing is held until it is resumed. */
export async function pause(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const root = home.find(process.cwd(), process.env);
  const { request } = await findUnfinished(root, name);
  const { run } = request;
  const { Session } = await import("../../engine/session.ts");
  const session = await Session.open(root, findToolchain().server);
  try {
    const attached = await session.attach(run);
    if (attached !== undefined) {
      await session.ask(attached.handle, (handle) => handle.signal("pause"));
      let alone = false;
      for (;;) {
        // Somebody must carry it out, also when the run's last worker goes meanwhile.
        if (!alone && (await liveWorkers(root, run)).length === 0) {
          alone = true;
          await session.work(run, path.join(home.run(root, run), "engine.log"));
        }
        const state = await session.ask(attached.handle, (handle) =>
          handle.query<{ running: string[] }>("state"),
        );
        if (state === undefined || state.running.length === 0) break;
        await sleep(LOOK_MS);
      }
    }
    await setPaused(root, run, true);
  } finally {
    await session.close();
  }
  if (json) sayJson({ run, status: "paused" });
  else say(`${run} is paused. Go on with 'reprise resume ${run}'.`);
  return EXIT.done;
}
