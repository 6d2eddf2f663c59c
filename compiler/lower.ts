import type { Recipe } from "../schemas/generated/recipe.ts";
import { KIND_SCHEMAS } from "../schemas/kinds.ts";
import type { Plan, PlanStep, Source } from "../schemas/plan.ts";
import { digestOf } from "./digest.ts";
import { seconds } from "./duration.ts";
import type { ResolvedStep } from "./resolved-step.ts";

const DEFAULT_TIMEOUT = "7d";
const DEFAULT_CHECKPOINT = { every: "50 steps", keep: 2 };

/** A checked step as part of the plan: every default written out. */
export function lowerStep({
  cell,
  kind: uses,
  step,
  params,
  inputs,
  secrets,
  after,
}: ResolvedStep): PlanStep {
  const kind = KIND_SCHEMAS[uses!];
  const { resources, retry, timeout, checkpoint = DEFAULT_CHECKPOINT } = step;
  return {
    id: cell.id,
    matrix: cell.matrix,
    kind: uses!,
    version: kind["x-version"],
    params,
    inputs,
    outputs: kind["x-outputs"],
    after: [...after.keys()],
    resources: {
      cpu: resources?.cpu ?? kind["x-resources"].cpu,
      gpu: resources?.gpu ?? 0,
      memoryGb: resources?.memory_gb ?? kind["x-resources"].memory_gb,
    },
    attempts: retry?.attempts ?? 1,
    timeoutSeconds: seconds(timeout ?? DEFAULT_TIMEOUT),
    checkpoint: { every: Number.parseInt(checkpoint.every, 10), keep: checkpoint.keep ?? 2 },
    secrets,
  };
}

/** The whole plan; its digest names what runs, so the recipe's path and formatting are left out of it. */
export function lower(
  recipe: Recipe,
  lowered: { plan: PlanStep; resolved: ResolvedStep }[],
  { file, digest, profile }: { file: string; digest: string; profile: string | null },
): Plan {
  const inputs = Object.fromEntries(
    Object.entries(recipe.inputs ?? {}).flatMap(([name, { type, path, sha256 }]) =>
      (type === "path" || type === "dataset" || type === "model") && path !== undefined
        ? [[name, { type, path, sha256: sha256 ?? null }]]
        : [],
    ),
  );
  const secrets = Object.values(recipe.inputs ?? {}).flatMap(({ type, env }) =>
    type === "secret" && env !== undefined ? [env] : [],
  );
  const claims = recipe.claims ?? [];
  const steps = lowered.map(({ plan }) => plan);
  const deviations = lowered.flatMap(({ plan, resolved }) =>
    Object.entries(resolved.step.deviations ?? {}).map(([parameter, { paper, reason }]) => ({
      step: plan.id,
      parameter,
      paper,
      ours: plan.params[parameter] ?? describeSource(plan.inputs[parameter]),
      reason,
    })),
  );
  return {
    plan: 1,
    recipe: { name: recipe.name, path: file, digest, profile },
    inputs,
    secrets: [...new Set(secrets)],
    steps,
    claims,
    deviations,
    digest: digestOf({ name: recipe.name, profile, inputs, steps, claims, deviations }),
  };
}

/** An artifact parameter's value, in the recipe's words. */
export function describeSource(source: Source | undefined): string {
  if (source === undefined) return "";
  if (source.from === "hub") return source.id;
  return source.from === "input" ? `inputs.${source.input}` : `steps.${source.step}.outputs.${source.output}`;
}
