import type { Plan, PlanStep, StepOutcome } from "../../schemas/plan.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { keys } from "../../store/keys.ts";
import type { Opened } from "../../store/opened.ts";
import { saveRun, type StartedRun } from "../../store/runs.ts";

const HASH = "a".repeat(64);

/** A run as its file has it, which has begun and is not over. */
export const startedRun = (
  run: string,
  started: string,
  { steps = [], ...more }: Partial<StartedRun> & { steps?: PlanStep[] } = {},
): StartedRun => ({
  request: {
    ...{ run, plan: { steps } as unknown as Plan, capacity: { cpu: 1, gpu: 0, memoryGb: 1 } },
    ...{ inputs: {}, heartbeatSeconds: 1, failFast: false, redo: null },
  },
  ...{ started, commit: null, settings: [], reuses: [], versions: [], paused: false },
  ...more,
});

/** The outcome of a step that is done. */
export const doneStep = (id: string, more: Partial<StepOutcome> = {}): StepOutcome => ({
  ...{ id, kind: "train/sft", status: "done", attempts: 1, resumed_from: [], repeated: 0, seconds_lost: 0 },
  ...{ inexact: [], failure: null, started: "2026-01-01T00:00:00.000Z", ended: "2026-01-01T00:01:00.000Z" },
  ...{ fingerprint: HASH, inputs: {}, outputs: {}, metrics: {} },
  ...{ log: `${id}/log.txt`, events: `${id}/events.jsonl`, threads: 1 },
  ...more,
});

/** The record of a run that is over, as its schema wants it. */
export const recordOf = (run: string, steps: StepOutcome[] = []): RunRecord => ({
  ...{ record: 1, run, status: "done", plan: HASH, versions: [], commit: null, seconds: 60, steps },
  recipe: { name: "demo", path: "demo.yaml", digest: HASH, profile: null },
  ...{ started: "2026-01-01T00:00:00.000Z", ended: "2026-01-01T00:01:00.000Z" },
  environment: {
    ...{ reprise: "0", node: "v20", python: null, python_lock: HASH, server: null, ffmpeg: null },
    ...{ platform: "linux x64", cpu: "c", cores: 2, memory_gb: 8, gpus: [] },
  },
  ...{ deviations: [], claims: [], failure: null },
});

/** Keeps a run in a store, with its record where it is over. */
export async function keepRun(store: Opened, started: StartedRun, record?: unknown): Promise<void> {
  await saveRun(store, started);
  if (record === undefined) return;
  await store.objects.write(keys.record(started.request.run), JSON.stringify(record));
}

/** Keeps what a step of a run noted at its end. */
export async function keepOutcome({ objects }: Opened, run: string, outcome: { id: string }): Promise<void> {
  await objects.write(`${keys.step(run, outcome.id)}/outcome.json`, JSON.stringify(outcome));
}
