import { keys } from "./keys.ts";
import type { Opened } from "./opened.ts";
import { listRuns, loadRecord, loadRun, runIds } from "./runs.ts";

/** Whether a run is neither over nor paused. */
export async function isOpen(store: Opened, run: string): Promise<boolean> {
  const [started, record] = await Promise.all([loadRun(store, run), loadRecord(store.objects, run)]);
  return record === undefined && started?.paused === false;
}

/** Ids of runs that are neither over nor paused, newest first. */
export async function openRuns(store: Opened): Promise<string[]> {
  const open = await Promise.all(
    (await listRuns(store)).map(async (run) => ((await isOpen(store, run)) ? [run] : [])),
  );
  return open.flat();
}

// A folder may change twice within one tick of its clock.
const LOOKS_UNTIL_SURE = 2;

/** The open runs of a store, looked for again and again: a run is read only when its folder has changed. */
export class OpenRuns {
  readonly #store: Opened;
  readonly #known = new Map<string, { changed: number; looks: number; open: boolean }>();

  constructor(store: Opened) {
    this.#store = store;
  }

  /** Ids of the runs that are open now. */
  async list(): Promise<Set<string>> {
    // One look that fails must not end whoever goes on looking.
    const runs = await runIds(this.#store.objects).catch((): string[] => []);
    const open = await Promise.all(runs.map(async (run) => ((await this.#look(run)) ? [run] : [])));
    for (const run of this.#known.keys()) if (!runs.includes(run)) this.#known.delete(run);
    return new Set(open.flat());
  }

  async #look(run: string): Promise<boolean> {
    const look = await this.#store.objects.look(keys.run(run)).catch(() => null);
    const changed = look?.changed ?? 0;
    const known = this.#known.get(run);
    const looks = known?.changed === changed ? known.looks + 1 : 0;
    const open =
      known !== undefined && looks > LOOKS_UNTIL_SURE ? known.open : await isOpen(this.#store, run);
    this.#known.set(run, { changed, looks, open });
    return open;
  }
}
