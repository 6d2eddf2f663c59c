import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findToolchain } from "../../host/toolchain.ts";
import { home } from "../../store/home.ts";
import { isOpen, OpenRuns } from "../../store/open-runs.ts";
import { setPaused } from "../../store/runs.ts";
import { EXIT } from "../errors.ts";
import { findUnfinished } from "../find-run.ts";
import { followToEnd } from "../follow.ts";
import { say } from "../output.ts";
import { STOPPING } from "../stopping.ts";

const LOOK_MS = 2_000;
const LOOKS_UNTIL_TOLD = 5;

/** Works on one run until it is over; without a run on every open one of this store, until it is stopped. */
export async function worker(
  name: string | undefined,
  { json = false, detached = false }: { json?: boolean; detached?: boolean },
): Promise<number> {
  const root = home.find(process.cwd(), process.env);
  if (name !== undefined) {
    const { request } = await findUnfinished(root, name);
    if (!detached) await setPaused(root, request.run, false);
    return followToEnd(root, request, json);
  }
  return serveAll(root, json);
}

async function serveAll(root: string, json: boolean): Promise<number> {
  const { Session } = await import("../../engine/session.ts");
  const session = await Session.open(root, findToolchain().server);
  const served = new Map<string, { stop: () => Promise<void> }>();
  const unknown = new Map<string, number>();
  const runs = new OpenRuns(root);
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(EXIT.interrupted);
    stopping.abort();
  };
  for (const signal of STOPPING) process.on(signal, stop);
  say(`Working on the runs of ${root}. Ctrl-C stops gracefully.`, json);
  try {
    while (!stopping.signal.aborted) {
      const open = await runs.list();
      for (const [run, working] of served) {
        if (open.has(run)) continue;
        served.delete(run);
        await working.stop();
      }
      for (const run of open) {
        if (served.has(run)) continue;
        if ((await session.attach(run)) === undefined) {
          const looks = (await session.knows(run)) ? 0 : (unknown.get(run) ?? 0) + 1;
          unknown.set(run, looks);
          // One that was begun a moment ago may not have reached the server yet.
          if (looks === LOOKS_UNTIL_TOLD)
            say(
              `The server does not know ${run}: 'reprise resume ${run}' goes on with it from the store.`,
              json,
            );
          continue;
        }
        // Cancelled or paused before its command could start it.
        if (!(await isOpen(root, run))) continue;
        say(`working on ${run}`, json);
        served.set(run, await session.work(run, path.join(home.run(root, run), "engine.log")));
      }
      const trouble = await Promise.race([
        session.trouble,
        sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => {}),
      ]);
      if (trouble !== undefined) throw trouble;
    }
  } finally {
    await session.close();
  }
  return EXIT.interrupted;
}
