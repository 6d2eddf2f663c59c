import type { Artifact, PlanStep, StepOutcome } from "../schemas/plan.ts";
import { defectOfArtifact } from "./artifacts.ts";
import { fitOutcome } from "./fit-outcome.ts";
import { loadIfWhole, save } from "./json-objects.ts";
import { keys } from "./keys.ts";
import type { Objects } from "./objects.ts";

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
export const remember = (objects: Objects, fingerprint: string, step: FinishedStep): Promise<void> =>
  save(objects, keys.result(fingerprint), step);

/**
 * The result under a fingerprint. A missing or altered artifact, and a result that does not fit the record or lacks a metric
 * that the recipe declares, is noticed, said, and never used.
 */
export async function recall(
  objects: Objects,
  fingerprint: string,
  { params }: Pick<PlanStep, "params">,
): Promise<Recalled> {
  const found = await readFinished(objects, fingerprint);
  if (found === undefined) return { how: "unknown" };
  const { step, defects: unfit } = found;
  const damaged = await Promise.all(
    Object.entries(step.outputs).map(async ([name, artifact]) => {
      const defect = await defectOfArtifact(objects, artifact);
      return defect === null ? [] : [`the stored ${name} is damaged: ${defect}`];
    }),
  );
  const defects = [
    ...unfit.map((text) => `the stored result cannot be used: ${text}`),
    ...otherMetrics(step, params["metrics"]),
    ...damaged.flat(),
  ];
  return defects.length === 0 ? { how: "whole", step } : { how: "damaged", step, defects };
}

/** Where a result does not have the metrics that the recipe declares. */
function otherMetrics({ metrics }: FinishedStep, declared: unknown): string[] {
  if (!Array.isArray(declared)) return [];
  const missing = declared.filter((name: string) => !Object.hasOwn(metrics, name));
  const more = Object.keys(metrics).filter((name) => !declared.includes(name));
  return [
    ...missing.map((name) => `the stored result has no metric '${String(name)}', which the recipe declares`),
    ...more.map((name) => `the stored result has the metric '${name}', which the recipe does not declare`),
  ];
}

/** What was remembered under a fingerprint, whether or not its artifacts are still there. */
export const loadFinished = async (
  objects: Objects,
  fingerprint: string,
): Promise<FinishedStep | undefined> => (await readFinished(objects, fingerprint))?.step;

/** The same, checked: what of it does not fit the record is left out, and told. */
async function readFinished(
  objects: Objects,
  fingerprint: string,
): Promise<{ step: FinishedStep; defects: string[] } | undefined> {
  const step = await loadIfWhole<FinishedStep>(objects, keys.result(fingerprint), "outputs");
  if (step === undefined) return undefined;
  const { outcome, defects } = fitOutcome(reusedOutcome(ANY_STEP, step));
  return outcome === null ? undefined : { step: { ...step, metrics: outcome.metrics }, defects };
}

/** Fingerprints of all results in the store. */
export const listFinished = async (objects: Objects): Promise<string[]> =>
  (await objects.list(keys.results)).flatMap(
    // Beside them may lie what is none of ours.
    (name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? [],
  );

const ANY_STEP = { id: "step", kind: "kind", fingerprint: null, inputs: {}, threads: null };

/** The path of another run's file: traces count from the record's own folder. */
const traceIn = (run: string, file: string): string => `../${run}/${file}`;

/** The other run that a trace is of; null if it is of the record's own run. */
export const runOfTrace = (file: string): string | null => /^\.\.\/(\w[\w.-]*)\//.exec(file)?.[1] ?? null;

/** A step whose result was in the store already. */
export function reusedOutcome(
  common: Pick<StepOutcome, "id" | "kind" | "fingerprint" | "inputs" | "threads">,
  known: FinishedStep,
): StepOutcome {
  const trace = (file: string | null) => (file === null ? null : traceIn(known.run, file));
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
