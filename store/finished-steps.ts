import type { Artifact, StepOutcome } from "../schemas/plan.ts";
import { isStored } from "./artifacts.ts";
import { readJson, writeJson } from "./files.ts";
import { home } from "./home.ts";

/** What a later run needs of a finished step. */
export interface FinishedStep extends Pick<StepOutcome, "outputs" | "metrics" | "log" | "events"> {
  /** The run that made it: its log and events are the evidence. */
  run: string;
}

/** Remembers a step's result under its fingerprint. */
export const remember = (root: string, fingerprint: string, step: FinishedStep): Promise<void> =>
  writeJson(home.finishedStep(root, fingerprint), step);

/** The result under a fingerprint, if all its artifacts are still there. */
export async function recall(root: string, fingerprint: string): Promise<FinishedStep | undefined> {
  const step = await readJson<FinishedStep>(home.finishedStep(root, fingerprint));
  if (step === undefined) return undefined;
  const stored = await Promise.all(
    Object.values(step.outputs).map((artifact) => isStored(root, artifact as Artifact)),
  );
  return stored.every(Boolean) ? step : undefined;
}

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
    started: null,
    ended: null,
    outputs: known.outputs,
    metrics: known.metrics,
    log: trace(known.log),
    events: trace(known.events),
  };
}
