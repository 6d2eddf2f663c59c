import type { StartedRun } from "../store/runs.ts";
import { RunError } from "./errors.ts";
import type { Store } from "../store/store.ts";

/** A run by its id or the beginning of it; the newest one for 'last'. Throws RunError (`run-unknown`, `run-ambiguous`). */
export async function findRun(store: Store, name: string): Promise<StartedRun> {
  const runs = await store.runs.list();
  const matches =
    name === "last" ? runs.slice(0, 1) : runs.filter((run) => run === name || run.startsWith(name));
  const exact = matches.find((run) => run === name) ?? matches[0];
  if (exact === undefined) throw new RunError({ why: "run-unknown", name, none: runs.length === 0 });
  if (matches.length > 1 && exact !== name) throw new RunError({ why: "run-ambiguous", name, runs: matches });
  return (await store.runs.load(exact))!;
}

/** As `findRun`, for what can only be done to a run that is not over. Throws RunError (`run-over`) for another one. */
export async function findUnfinished(store: Store, name: string): Promise<StartedRun> {
  const started = await findRun(store, name);
  const record = await store.runs.loadRecord(started.request.run);
  if (record === undefined) return started;
  throw new RunError({ why: "run-over", run: started.request.run, status: record.status });
}
