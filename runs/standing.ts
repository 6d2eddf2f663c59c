import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { StartedRun } from "../store/runs.ts";
import type { Store } from "../store/store.ts";

/** A run that is over as its record says; another one paused, at work, or left by its workers. */
export type Standing = RunRecord["status"] | "paused" | "running" | "unfinished";

/** How a run stands, from its files. */
export async function standingOf(
  store: Store,
  { request, paused }: StartedRun,
  record: RunRecord | undefined,
): Promise<Standing> {
  if (record !== undefined) return record.status;
  if (paused) return "paused";
  return (await store.local.liveWorkers(request.run)).length > 0 ? "running" : "unfinished";
}

/** How runs stand, in their order: all of a store, newest first, unless others are given. */
export async function standings(
  store: Store,
  runs?: Awaited<ReturnType<Store["runs"]["loadAll"]>>,
): Promise<{ started: StartedRun; standing: Standing; record: RunRecord | undefined }[]> {
  return Promise.all(
    (runs ?? (await store.runs.loadAll())).map(async ({ name, started }) => {
      const record = await store.runs.loadRecord(name);
      return { started, standing: await standingOf(store, started, record), record };
    }),
  );
}
