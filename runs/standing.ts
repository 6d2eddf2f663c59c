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

/** How runs stand, in their order: all of a store, newest first, unless others are named. */
export async function standings(
  store: Store,
  runs?: readonly string[],
): Promise<{ started: StartedRun; standing: Standing; record: RunRecord | undefined }[]> {
  return Promise.all(
    (runs ?? (await store.runs.list())).map(async (run) => {
      const [started, record] = await Promise.all([store.runs.load(run), store.runs.loadRecord(run)]);
      return { started: started!, standing: await standingOf(store, started!, record), record };
    }),
  );
}

interface StepStanding {
  id: string;
  /** `paused`: it had begun when the run was paused. */
  status: RunRecordStep["status"] | "started" | "paused" | "waiting";
  progress: StepState["progress"];
  metrics: Record<string, number>;
  /** Each metric's first value while it works. */
  first: Record<string, number>;
  outputs: RunRecordStep["outputs"];
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
  const steps = follower.steps.map(({ id, state, hasBegun }): StepStanding => {
    const known = record?.steps.find((step) => step.id === id);
    const begun = started.paused ? "paused" : "started";
    const unfinished = hasBegun ? begun : "waiting";
    return {
      id,
      status: known?.status ?? state.outcome?.status ?? unfinished,
      progress: state.progress,
      metrics: known?.metrics ?? state.outcome?.metrics ?? state.metrics,
      first: state.first,
      outputs: known?.outputs ?? state.outcome?.outputs ?? {},
    };
  });
  return { standing: await standingOf(store, started, record), workers, steps, record };
}
