import type { Artifact, StepOutcome } from "../schemas/plan.ts";
import { isStored } from "./artifacts.ts";
import { readJson, writeJson } from "./files.ts";
import { home } from "./home.ts";

/** What a later run needs of a finished step. */
export type FinishedStep = Pick<StepOutcome, "outputs" | "metrics">;

/** Remembers a step's result under its fingerprint. */
export const remember = (root: string, fingerprint: string, { outputs, metrics }: FinishedStep): Promise<void> =>
  writeJson(home.finishedStep(root, fingerprint), { outputs, metrics });

/** The result under a fingerprint, if all its artifacts are still there. */
export async function recall(root: string, fingerprint: string): Promise<FinishedStep | undefined> {
  const step = await readJson<FinishedStep>(home.finishedStep(root, fingerprint));
  if (step === undefined) return undefined;
  const stored = await Promise.all(Object.values(step.outputs).map((artifact) => isStored(root, artifact as Artifact)));
  return stored.every(Boolean) ? step : undefined;
}
