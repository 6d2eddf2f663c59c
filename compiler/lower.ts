import type { Recipe } from "../schemas/generated/recipe.ts";
import type { Kinds } from "../core/kinds.ts";
import {
  PROGRAM_FAILURES,
  type OutsideKind,
  type Plan,
  type PlanStep,
  type Reproducible,
} from "../schemas/plan.ts";
import { isGivenType, KIND_FOLDER } from "../core/outside-kind.ts";
import { claimCells, namesOfClaim } from "./claim-cells.ts";
import { digestOf } from "../core/digest.ts";
import { seconds } from "../core/seconds.ts";
import { outputsOf } from "./outputs.ts";
import { valueOf } from "./parameter.ts";
import type { ResolvedStep } from "./resolved-step.ts";
import type { WrittenSteps } from "./written-steps.ts";

const DEFAULT_TIMEOUT = "7d";
const DEFAULT_BACKOFF = "10s";
// Loading a large model takes minutes, an optimizer step of one too.
const DEFAULT_STALLED = "1h";
const DEFAULT_CHECKPOINT = "5m";

/** A checked step as part of the plan: every default written out. */
export function lowerStep(
  kinds: Kinds,
  { cell, kind: uses, step, params, inputs, secrets, after }: ResolvedStep,
  reproducible: Reproducible,
): PlanStep {
  const kind = uses!.schema;
  const { resources, retry, timeout, checkpoint } = step;
  const stalled = step.stalled_after ?? (kind["x-tools"].includes("python") ? DEFAULT_STALLED : null);
  return {
    id: cell.id,
    matrix: cell.matrix,
    kind: uses!.name,
    version: kind["x-version"],
    params,
    inputs: uses!.outside === undefined ? inputs : { ...inputs, ...folderOf(uses!.outside) },
    outputs: outputsOf(kinds, uses!, params),
    after: [...after.keys()],
    resources: {
      cpu: resources?.cpu ?? kind["x-resources"].cpu,
      gpu: resources?.gpu ?? 0,
      memoryGb: resources?.memory_gb ?? kind["x-resources"].memory_gb,
    },
    ...(resources?.threads === undefined ? {} : { threads: resources.threads }),
    gpuType: resources?.gpu_type ?? "H100",
    processes:
      kind["x-processes"] === "several" ? (resources?.processes ?? Math.max(1, resources?.gpu ?? 0)) : 1,
    retry: {
      attempts: retry?.attempts ?? 1,
      backoffSeconds: seconds(retry?.backoff ?? DEFAULT_BACKOFF),
      on: retry?.on ?? [...PROGRAM_FAILURES],
    },
    timeoutSeconds: seconds(timeout ?? DEFAULT_TIMEOUT),
    stalledSeconds: stalled === null ? null : seconds(stalled),
    checkpoint: {
      ...interval(checkpoint?.every ?? DEFAULT_CHECKPOINT),
      keep: checkpoint?.keep ?? 2,
      resume: checkpoint?.resume ?? "auto",
    },
    reproducible,
    secrets,
  };
}

/** A kind from outside is an input of its steps: they run again when its content is another one. */
const folderOf = ({ folder }: OutsideKind): PlanStep["inputs"] => ({
  [KIND_FOLDER]: { from: "input", input: folder },
});

const interval = (every: string): Pick<PlanStep["checkpoint"], "everySteps" | "everySeconds"> =>
  every.includes("step")
    ? { everySteps: Number.parseInt(every, 10), everySeconds: null }
    : { everySteps: null, everySeconds: seconds(every) };

interface Lowering {
  file: string;
  digest: string;
  profile: string | null;
  /** The path of an input as the plan's count. */
  placed: (input: string, named: string) => string;
}

/** The whole plan; its digest names what runs, so the recipe's path and formatting are left out of it. */
export function lower(
  recipe: Recipe,
  lowered: { plan: PlanStep; resolved: ResolvedStep }[],
  written: WrittenSteps,
  { file, digest, profile, placed }: Lowering,
): Plan {
  const steps = lowered.map(({ plan }) => plan);
  const kinds = Object.fromEntries(
    lowered.flatMap(({ resolved: { kind } }) =>
      kind?.outside === undefined ? [] : [[kind.name, kind.outside] as const],
    ),
  );
  const given = Object.fromEntries(
    Object.entries(recipe.inputs ?? {}).flatMap(([name, { type, path, sha256 }]) =>
      isGivenType(type) && path !== undefined
        ? [[name, { type, path: placed(name, path), sha256: sha256 ?? null }]]
        : [],
    ),
  );
  const folders = Object.values(kinds).map(
    ({ folder }) => [folder, { type: "path" as const, path: folder, sha256: null }] as const,
  );
  const inputs = { ...given, ...Object.fromEntries(folders) };
  const secrets = Object.values(recipe.inputs ?? {}).flatMap(({ type, env }) =>
    type === "secret" && env !== undefined ? [env] : [],
  );
  const claims = (recipe.claims ?? []).map((claim) => ({
    ...claim,
    cells: Object.fromEntries(namesOfClaim(claim).map((name) => [name, claimCells(written, name)])),
  }));
  const correction = recipe.correction === undefined ? {} : { correction: recipe.correction };
  const outside = folders.length === 0 ? {} : { kinds };
  const deviations = lowered.flatMap(({ plan, resolved }) =>
    Object.entries(resolved.step.deviations ?? {}).map(([parameter, { paper, reason }]) => ({
      step: plan.id,
      parameter,
      paper,
      ours: valueOf(plan, parameter) ?? "",
      reason,
    })),
  );
  return {
    plan: 1,
    recipe: { name: recipe.name, path: file, digest, profile },
    inputs,
    secrets: [...new Set(secrets)],
    ...outside,
    steps,
    claims,
    ...correction,
    deviations,
    digest: digestOf({
      name: recipe.name,
      profile,
      inputs,
      ...outside,
      steps,
      claims,
      ...correction,
      deviations,
    }),
  };
}
