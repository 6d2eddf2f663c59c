import { readdir, stat } from "node:fs/promises";
import { home } from "./home.ts";
import { loadRecord, loadRun } from "./runs.ts";

/** Whether a run is neither over nor paused. */
export async function isOpen(root: string, run: string): Promise<boolean> {
  const [started, record] = await Promise.all([loadRun(root, run), loadRecord(root, run)]);
  return record === undefined && started?.paused === false;
}

// A folder may change twice within one tick of its clock.
const LOOKS_UNTIL_SURE = 2;

/** The open runs of a store, looked for again and again: a run is read only when its folder has changed. */
export class OpenRuns {
  readonly #root: string;
  readonly #known = new Map<string, { changed: number; looks: number; open: boolean }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Ids of the runs that are open now. */
  async list(): Promise<Set<string>> {
    const runs: string[] = await readdir(home.runs(this.#root)).catch(() => []);
    const open = await Promise.all(runs.map(async (run) => ((await this.#look(run)) ? [run] : [])));
    for (const run of this.#known.keys()) if (!runs.includes(run)) this.#known.delete(run);
    return new Set(open.flat());
  }

  async #look(run: string): Promise<boolean> {
    const changed = await stat(home.run(this.#root, run)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    const known = this.#known.get(run);
    const looks = known?.changed === changed ? known.looks + 1 : 0;
    const open = known !== undefined && looks > LOOKS_UNTIL_SURE ? known.open : await isOpen(this.#root, run);
    this.#known.set(run, { changed, looks, open });
    return open;
  }
}
