import type { Artifact, StepOutcome } from "../schemas/plan.ts";
import { defectOfArtifact } from "./artifacts.ts";
import { readJsonIfWhole, writeJson } from "./files.ts";
import { home } from "./home.ts";

/** What a later run needs of a finished step. */
export interface FinishedStep extends Pick<StepOutcome, "metrics" | "log" | "events" | "inexact" | "hub"> {
  outputs: Record<string, Artifact>;
  /** The run that made it: its log and events are the evidence. */
  run: string;
  /** When it was made; ISO time. */
  made: string;
  /** Everything that decided the result, by name. */
  fields: Record<string, unknown>;
  /** Seconds that making it took. */
  seconds: number;
}

/** What the store knows under a fingerprint. Of a damaged result the outputs are known, but not there. */
export type Recalled =
  | { how: "unknown" }
  | { how: "whole"; step: FinishedStep }
  | { how: "damaged"; step: FinishedStep; defects: string[] };

/** Remembers a step's result under its fingerprint. */
export const remember = (root: string, fingerprint: string, step: FinishedStep): Promise<void> =>
  writeJson(home.finishedStep(root, fingerprint), step);

/** The result under a fingerprint. A missing or altered artifact is noticed, said, and never used. */
export async function recall(root: string, fingerprint: string): Promise<Recalled> {
  const step = await loadFinished(root, fingerprint);
  if (step === undefined) return { how: "unknown" };
  const defects = await Promise.all(
    Object.entries(step.outputs).map(async ([name, artifact]) => {
      const defect = await defectOfArtifact(root, artifact);
      return defect === null ? [] : [`the stored ${name} is damaged: ${defect}`];
    }),
  );
  return defects.flat().length === 0
    ? { how: "whole", step }
    : { how: "damaged", step, defects: defects.flat() };
}

/** What was remembered under a fingerprint, whether or not its artifacts are still there. */
export const loadFinished = (root: string, fingerprint: string): Promise<FinishedStep | undefined> =>
  readJsonIfWhole<FinishedStep>(home.finishedStep(root, fingerprint), "outputs");

/** A step whose result was in the store already. */
export function reusedOutcome(
  common: Pick<StepOutcome, "id" | "kind" | "fingerprint" | "inputs" | "threads">,
  known: FinishedStep,
): StepOutcome {
  // Traces count from the record's own folder.
  const trace = (file: string | null) => (file === null ? null : `../${known.run}/${file}`);
  return {
    ...common,
    status: "reused",
    attempts: 0,
    resumed_from: [],
    repeated: 0,
    seconds_lost: 0,
    inexact: known.inexact,
    // What an earlier version remembered has none.
    ...(known.hub === undefined ? {} : { hub: known.hub }),
    failure: null,
    started: null,
    ended: null,
    outputs: known.outputs,
    metrics: known.metrics,
    log: trace(known.log),
    events: trace(known.events),
  };
}
