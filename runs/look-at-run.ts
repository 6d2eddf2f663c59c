import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";
import type { StartedRun } from "../store/runs.ts";
import { standingOf, type Standing } from "./standing.ts";
import { RunFollower, type StepState } from "./step-files.ts";
import type { Store } from "../store/store.ts";

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
