import path from "node:path";
import { fingerprint, resultFields, resumeKey, type Tools } from "../compiler/fingerprint.ts";
import type { Artifact, Plan, PlanStep, StepOutcome } from "../schemas/plan.ts";
import { newestCheckpoint } from "../store/checkpoints.ts";
import { readJson } from "../store/files.ts";
import { recall, reusedOutcome } from "../store/finished-steps.ts";
import { home } from "../store/home.ts";

export interface StepPreview {
  step: PlanStep;
  action: "run" | "reuse" | "resume";
  /** Known only once all inputs are. */
  fingerprint: string | null;
  /** What differs from the step's last run of this recipe. */
  because: { field: string; from: unknown; to: unknown }[];
  /** Step that the resumed checkpoint stands at. */
  resumeFrom: number | null;
  outcome: StepOutcome | null;
}

/** What a run would do with each step, from the store alone: neither server nor Python is started. */
export async function previewPlan(
  root: string,
  plan: Plan,
  inputs: Record<string, Artifact>,
  tools: Tools,
  lastRun: string | null,
): Promise<StepPreview[]> {
  const previews = new Map<string, StepPreview>();
  for (const step of plan.steps) {
    const sources = sourcesOf(step, inputs, previews);
    if (sources === null) {
      previews.set(step.id, {
        step,
        action: "run",
        fingerprint: null,
        because: [],
        resumeFrom: null,
        outcome: null,
      });
      continue;
    }
    const print = fingerprint(step, sources, tools);
    const known = await recall(root, print);
    if (known !== undefined) {
      const common = { id: step.id, kind: step.kind, fingerprint: print, inputs: sources, threads: null };
      const outcome = reusedOutcome(common, known);
      previews.set(step.id, {
        step,
        action: "reuse",
        fingerprint: print,
        because: [],
        resumeFrom: null,
        outcome,
      });
      continue;
    }
    const key = resumeKey(step, sources, tools);
    const { checkpoint } = await newestCheckpoint(path.join(home.work(root, key), "checkpoints"), key);
    previews.set(step.id, {
      step,
      action: checkpoint === null ? "run" : "resume",
      fingerprint: print,
      because: await changes(root, lastRun, step.id, resultFields(step, sources, tools)),
      resumeFrom: checkpoint?.step ?? null,
      outcome: null,
    });
  }
  return [...previews.values()];
}

function sourcesOf(
  step: PlanStep,
  inputs: Record<string, Artifact>,
  previews: ReadonlyMap<string, StepPreview>,
): Record<string, Artifact | string> | null {
  const sources: Record<string, Artifact | string> = {};
  for (const [name, source] of Object.entries(step.inputs)) {
    const found =
      source.from === "hub"
        ? source.id
        : source.from === "input"
          ? inputs[source.input]
          : previews.get(source.step)?.outcome?.outputs[source.output];
    if (found === undefined) return null;
    sources[name] = found as Artifact | string;
  }
  return sources;
}

async function changes(root: string, run: string | null, step: string, now: Record<string, unknown>) {
  const before =
    run === null
      ? undefined
      : await readJson<Record<string, unknown>>(path.join(home.step(root, run, step), "fields.json"));
  if (before === undefined) return [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
    .map((field) => ({ field, from: before[field] ?? null, to: now[field] ?? null }));
}
