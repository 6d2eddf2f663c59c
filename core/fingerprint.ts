import type { Affects, KindSchema } from "../schemas/kinds.ts";
import type { Artifact, PlanStep } from "../schemas/plan.ts";
import { digestOf } from "./digest.ts";
import { isNamed, isWithheld } from "./name-pattern.ts";

/** What stands for the tools in a fingerprint. */
export interface Tools {
  /** Digest of the Python and what is installed for it. */
  python: string;
  /** Digest of what is installed for use on a GPU alone. */
  cuda: string;
  /** Version of each installed package, for kinds that use only some. */
  packages: Readonly<Record<string, string>>;
  ffmpeg: string;
  /** Version of the Python, as 3.11: steps with an environment of their own have no more of it. */
  interpreter: string;
  /** The worker's environment: what a step names of it is in its fingerprint. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Everything that decides a step's result, by name: what `plan` compares to say why a step runs. */
export function resultFields(
  kind: KindSchema,
  step: PlanStep,
  inputs: Record<string, Artifact | string>,
  tools: Tools,
): Record<string, unknown> {
  return fields(kind, step, inputs, tools, ["result", "resume"]);
}

/** Names a step's result: the same fingerprint means the same result. SHA-256. */
export function fingerprint(
  kind: KindSchema,
  step: PlanStep,
  inputs: Record<string, Artifact | string>,
  tools: Tools,
): string {
  return digestOf(resultFields(kind, step, inputs, tools));
}

/** Names a step's checkpoints: as the fingerprint, without what only decides where training ends. SHA-256. */
export function resumeKey(
  kind: KindSchema,
  step: PlanStep,
  inputs: Record<string, Artifact | string>,
  tools: Tools,
): string {
  return digestOf(fields(kind, step, inputs, tools, ["result"]));
}

/** Parameters that may differ between a checkpoint and the run that resumes it: where training ends. */
export const resumableParams = ({ properties }: KindSchema, step: PlanStep): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(step.params).filter(([name]) => properties[name]?.["x-affects"] === "resume"),
  );

function fields(
  kind: KindSchema,
  step: PlanStep,
  inputs: Record<string, Artifact | string>,
  tools: Tools,
  affects: Affects[],
): Record<string, unknown> {
  const params = Object.entries(step.params).filter(([name]) =>
    affects.includes(kind.properties[name]?.["x-affects"] ?? "result"),
  );
  return {
    kind: step.kind,
    version: step.version,
    ...Object.fromEntries(params.map(([name, value]) => [`with.${name}`, value])),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [
        `with.${name}`,
        typeof input === "string" ? input : input.digest,
      ]),
    ),
    ...beside(kind, step),
    ...toolsOf(kind, step, tools),
    ...(hasEnvironment(kind, inputs) ? { "tools.interpreter": tools.interpreter } : {}),
    ...passedFields(kind, step, tools),
  };
}

/** What decides the result and stands beside the parameters. */
function beside(
  kind: KindSchema,
  { reproducible, resources, threads = resources.cpu, processes, gpuType }: PlanStep,
): Record<string, unknown> {
  const trains = kind["x-tools"].includes("python");
  return {
    // Elsewhere it would be other bytes; its sums are split among the threads that it asks for.
    ...(reproducible === "portable" ? { reproducible: "portable", threads } : {}),
    // A CPU gives the same bytes without it.
    ...(reproducible === "deterministic" && resources.gpu > 0 ? { reproducible } : {}),
    // Each process adds a batch of its own to a step.
    ...(processes > 1 ? { processes } : {}),
    // A GPU computes in another precision.
    ...(trains ? { device: resources.gpu > 0 ? "gpu" : "cpu" } : {}),
    // Several share a model, or a program's work.
    ...(resources.gpu > 0 ? { gpus: resources.gpu, gpu_type: gpuType } : {}),
  };
}

function toolsOf(kind: KindSchema, { resources }: PlanStep, tools: Tools): Record<string, unknown> {
  const { "x-tools": names, "x-packages": packages } = kind;
  if (packages !== undefined)
    return Object.fromEntries(packages.map((name) => [`packages.${name}`, tools.packages[name] ?? "none"]));
  return {
    ...Object.fromEntries(names.map((name) => [`tools.${name}`, tools[name]])),
    ...(names.includes("python") && resources.gpu > 0 ? { "tools.cuda": tools.cuda } : {}),
  };
}

/** Whether any tool stands in a step's fingerprint. */
export const usesTools = (kind: KindSchema, inputs: Record<string, unknown>): boolean =>
  kind["x-packages"] !== undefined || kind["x-tools"].length > 0 || hasEnvironment(kind, inputs);

/** Whether a step's program runs in a Python environment of its own, which a lock file describes. */
export const hasEnvironment = (
  { properties, "x-environment": lock }: KindSchema,
  inputs: Record<string, unknown>,
): boolean =>
  lock !== undefined || Object.keys(inputs).some((name) => properties[name]?.["x-environment"] === true);

/** The variables that a step names of the worker's environment, each by a digest: its value may be nobody else's business. */
function passedFields(
  { properties }: KindSchema,
  { params }: PlanStep,
  { environment = {} }: Tools,
): Record<string, string> {
  const patterns = Object.entries(params).flatMap(([name, value]) =>
    properties[name]?.["x-passes"] === true && Array.isArray(value) ? (value as string[]) : [],
  );
  if (patterns.length === 0) return {};
  const passed = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && isNamed(name, patterns) && !isWithheld(name),
  );
  return Object.fromEntries(passed.map(([name, value]) => [`env.${name}`, digestOf(value)]));
}
