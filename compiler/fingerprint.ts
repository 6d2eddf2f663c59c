import { KIND_SCHEMAS, type Affects } from "../schemas/kinds.ts";
import type { Artifact, PlanStep } from "../schemas/plan.ts";
import { digestOf } from "./digest.ts";
import { isNamed } from "./name-pattern.ts";

/** What stands for the tools in a fingerprint: the digest of the Python lock file, and ffmpeg if it is not from there. */
export interface Tools {
  python: string;
  ffmpeg: string;
  /** The worker's environment: what a step names of it is in its fingerprint. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Everything that decides a step's result, by name: what `plan` compares to say why a step runs. */
export function resultFields(
  step: PlanStep,
  inputs: Record<string, Artifact | string>,
  tools: Tools,
): Record<string, unknown> {
  return fields(step, inputs, tools, ["result", "resume"]);
}

/** Names a step's result: the same fingerprint means the same result. SHA-256. */
export function fingerprint(step: PlanStep, inputs: Record<string, Artifact | string>, tools: Tools): string {
  return digestOf(resultFields(step, inputs, tools));
}

/** Names a step's checkpoints: as the fingerprint, without what only decides where training ends. SHA-256. */
export function resumeKey(step: PlanStep, inputs: Record<string, Artifact | string>, tools: Tools): string {
  return digestOf(fields(step, inputs, tools, ["result"]));
}

/** Parameters that may differ between a checkpoint and the run that resumes it: where training ends. */
export const resumableParams = (step: PlanStep): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(step.params).filter(
      ([name]) => KIND_SCHEMAS[step.kind].properties[name]?.["x-affects"] === "resume",
    ),
  );

function fields(
  step: PlanStep,
  inputs: Record<string, Artifact | string>,
  tools: Tools,
  affects: Affects[],
): Record<string, unknown> {
  const schema = KIND_SCHEMAS[step.kind];
  const params = Object.entries(step.params).filter(([name]) =>
    affects.includes(schema.properties[name]?.["x-affects"] ?? "result"),
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
    // Elsewhere it would be other bytes.
    ...(step.reproducible === "portable" ? { reproducible: "portable" } : {}),
    // Each process adds a batch of its own to a step.
    ...(step.processes > 1 ? { processes: step.processes } : {}),
    // A GPU computes in another precision.
    ...(schema["x-tools"].includes("python") ? { device: step.resources.gpu > 0 ? "gpu" : "cpu" } : {}),
    ...Object.fromEntries(schema["x-tools"].map((tool) => [`tools.${tool}`, tools[tool]])),
    ...passedFields(step.params["pass_env"], tools),
  };
}

/** The variables that a step names of the worker's environment, each by a digest: its value may be nobody else's business. */
function passedFields(named: unknown, { environment = {} }: Tools): Record<string, string> {
  if (!Array.isArray(named)) return {};
  const patterns = named as string[];
  const passed = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && isNamed(name, patterns),
  );
  return Object.fromEntries(passed.map(([name, value]) => [`env.${name}`, digestOf(value)]));
}
