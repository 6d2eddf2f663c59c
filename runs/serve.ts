import { setTimeout as sleep } from "node:timers/promises";
import { withSession } from "./with-session.ts";
import type { Store } from "../store/store.ts";

const LOOK_MS = 2_000;
const LOOKS_UNTIL_TOLD = 5;

/** What happens while a store's runs are worked on. `unknown`: the server does not know a run, which only the store can go on with. */
export type Served = { says: "ready" } | { says: "working"; run: string } | { says: "unknown"; run: string };

/** Works on every open run of a store, until it is stopped. Throws what makes it useless to go on, as a full disk. */
export function serveRuns(
  store: Store,
  { stop, tell }: { stop: AbortSignal; tell: (served: Served) => void },
): Promise<void> {
  return withSession(store, async (session) => {
    const served = new Map<string, { stop: () => Promise<void> }>();
    const unknown = new Map<string, number>();
    const runs = store.runs.follow();
    tell({ says: "ready" });
    while (!stop.aborted) {
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
          if (looks === LOOKS_UNTIL_TOLD) tell({ says: "unknown", run });
          continue;
        }
        // Cancelled or paused before its command could start it.
        if (!(await store.runs.isOpen(run))) continue;
        tell({ says: "working", run });
        served.set(run, await session.work(run, store.runs.files(run).engineLog));
      }
      const trouble = await Promise.race([
        session.trouble,
        sleep(LOOK_MS, undefined, { signal: stop }).catch(() => {}),
      ]);
      if (trouble !== undefined) throw trouble;
    }
  });
}
