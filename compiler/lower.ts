import type { Recipe, RecipeStep } from "../schemas/generated/recipe.ts";
import { KIND_SCHEMAS } from "../schemas/kinds.ts";
import type { Plan, PlanStep, Source } from "../schemas/plan.ts";
import { digestOf } from "./digest.ts";
import type { ResolvedStep } from "./references.ts";

const DEFAULT_TIMEOUT = "7d";
const DEFAULT_CHECKPOINT = { every: "50 steps", keep: 2 };
const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 } as const;

/** A checked step as part of the plan: every default written out. */
export function lowerStep(id: string, step: RecipeStep, resolved: ResolvedStep, after: string[]): PlanStep {
  const kind = KIND_SCHEMAS[step.uses];
  const checkpoint = step.checkpoint ?? DEFAULT_CHECKPOINT;
  return {
    id,
    kind: step.uses,
    version: kind["x-version"],
    params: resolved.params,
    inputs: resolved.inputs,
    outputs: kind["x-outputs"],
    after,
    resources: {
      cpu: step.resources?.cpu ?? kind["x-resources"].cpu,
      gpu: step.resources?.gpu ?? 0,
      memoryGb: step.resources?.memory_gb ?? kind["x-resources"].memory_gb,
    },
    attempts: step.retry?.attempts ?? 1,
    timeoutSeconds: seconds(step.timeout ?? DEFAULT_TIMEOUT),
    checkpoint: { every: Number.parseInt(checkpoint.every, 10), keep: checkpoint.keep ?? 2 },
  };
}

/** The whole plan; its digest names what runs, so the recipe's path and formatting are left out of it. */
export function lower(
  recipe: Recipe,
  steps: PlanStep[],
  file: string,
  text: string,
  profile: string | null,
): Plan {
  const inputs = Object.fromEntries(
    Object.entries(recipe.inputs ?? {}).map(([name, { type, path, sha256 }]) => [
      name,
      { type, path, sha256: sha256 ?? null },
    ]),
  );
  const claims = recipe.claims ?? [];
  const deviations = steps.flatMap((step) =>
    Object.entries(recipe.steps[step.id]?.deviations ?? {}).map(([parameter, { paper, reason }]) => ({
      step: step.id,
      parameter,
      paper,
      ours: step.params[parameter] ?? describeSource(step.inputs[parameter]),
      reason,
    })),
  );
  return {
    plan: 1,
    recipe: { name: recipe.name, path: file, digest: digestOf(text), profile },
    inputs,
    steps,
    claims,
    deviations,
    digest: digestOf({ name: recipe.name, profile, inputs, steps, claims, deviations }),
  };
}

/** An artifact parameter's value, in the recipe's words. */
function describeSource(source: Source | undefined): string {
  if (source === undefined) return "";
  if (source.from === "hub") return source.id;
  return source.from === "input" ? `inputs.${source.input}` : `steps.${source.step}.outputs.${source.output}`;
}

function seconds(duration: string): number {
  const unit = duration.at(-1) as keyof typeof SECONDS;
  return Number.parseInt(duration, 10) * SECONDS[unit];
}
