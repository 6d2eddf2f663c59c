import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";
import type { StartedRun } from "../store/runs.ts";
import { RunFollower, type StepState } from "./step-files.ts";
import type { Store } from "../store/store.ts";

/** A run that is over as its record says; another one paused, at work, or left by its workers. */
export type Standing = RunRecord["status"] | "paused" | "running" | "unfinished";

/** How a run stands, from its files. */
async function standingOf(
  store: Store,
  { request, paused }: StartedRun,
  record: RunRecord | undefined,
): Promise<Standing> {
  if (record !== undefined) return record.status;
  if (paused) return "paused";
  return (await store.local.liveWorkers(request.run)).length > 0 ? "running" : "unfinished";
}

/** All runs of a store, newest first. */
export const standings = async (store: Store): Promise<{ started: StartedRun; standing: Standing }[]> =>
  Promise.all(
    (await store.runs.list()).map(async (run) => {
      const [started, record] = await Promise.all([store.runs.load(run), store.runs.loadRecord(run)]);
      return { started: started!, standing: await standingOf(store, started!, record) };
    }),
  );

interface StepStanding {
  id: string;
  status: RunRecordStep["status"] | "started" | "waiting";
  progress: StepState["progress"];
  metrics: Record<string, number>;
}

/** A run with its steps, and who works on it. */
export interface RunStanding {
  standing: Standing;
  workers: string[];
  steps: StepStanding[];
  record: RunRecord | undefined;
}

/** How a run and each of its steps stand, from its files: no server is needed. */
export async function lookAtRun(store: Store, started: StartedRun): Promise<RunStanding> {
  const { run, plan } = started.request;
  const workers = await store.local.liveWorkers(run);
  const record = await store.runs.loadRecord(run);
  const follower = new RunFollower(store, run, plan);
  await follower.update();
  const steps = follower.steps.map(({ id, state }): StepStanding => {
    const known = record?.steps.find((step) => step.id === id);
    const unfinished = state.progress === null ? "waiting" : "started";
    return {
      id,
      status: known?.status ?? state.outcome?.status ?? unfinished,
      progress: state.progress,
      metrics: known?.metrics ?? state.outcome?.metrics ?? state.metrics,
    };
  });
  return { standing: await standingOf(store, started, record), workers, steps, record };
}
