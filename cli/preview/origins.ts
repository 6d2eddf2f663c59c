import { namesIn } from "../../compiler/expression/names-in.ts";
import type { Layers, Origin } from "../../compiler/layers.ts";
import { describeSource } from "../../compiler/parameter.ts";
import { isMapping, valueAt, type Path } from "../../compiler/mapping.ts";
import { KIND_FOLDER } from "../../core/outside-kind.ts";
import { showValue } from "../../core/show-value.ts";
import { counted } from "../../schemas/counted.ts";
import type { Plan, PlanStep } from "../../schemas/plan.ts";

interface Stands {
  /** Null for a default. */
  from: Origin | null;
  /** What it was in the recipe that is extended, or without the profile or setting; the last one counted most. */
  replaced: (Origin & { value: unknown })[];
}

interface ValueOrigin extends Stands {
  step: string;
  /** Dotted: a parameter, or what stands beside `with`, such as resources.cpu. */
  parameter: string;
  value: unknown;
  /** What the value is computed from, where it is an expression. */
  through: (Stands & { name: string; value: unknown })[];
}

/** What stands beside `with` in a recipe, as the plan has it. */
const BESIDE: Readonly<Record<string, (step: PlanStep) => unknown>> = {
  "resources.cpu": ({ resources }) => resources.cpu,
  "resources.threads": ({ resources, threads = resources.cpu }) => threads,
  "resources.gpu": ({ resources }) => resources.gpu,
  "resources.gpu_type": ({ gpuType }) => gpuType,
  "resources.processes": ({ processes }) => processes,
  "resources.memory_gb": ({ resources }) => resources.memoryGb,
  "retry.attempts": ({ retry }) => retry.attempts,
  "retry.backoff": ({ retry }) => `${retry.backoffSeconds}s`,
  "retry.on": ({ retry }) => retry.on,
  timeout: ({ timeoutSeconds }) => `${timeoutSeconds}s`,
  stalled_after: ({ stalledSeconds }) => (stalledSeconds === null ? "never" : `${stalledSeconds}s`),
  "checkpoint.every": ({ checkpoint: { everySteps, everySeconds } }) =>
    everySteps === null ? `${everySeconds}s` : counted(everySteps, "step"),
  "checkpoint.keep": ({ checkpoint }) => checkpoint.keep,
  "checkpoint.resume": ({ checkpoint }) => checkpoint.resume,
};

/** Where each value of a plan's steps comes from, and what it replaced on the way. */
export function originsOf(recipe: Layers, plan: Plan): ValueOrigin[] {
  return plan.steps.flatMap((step) => {
    const place = placeOf(recipe, step.id.split("-")[0]!);
    const origin = (parameter: string, value: unknown, path: Path): ValueOrigin => {
      const { text, ...stands } = standing(recipe, path);
      const through = namesIn(text).flatMap((name) => behind(recipe, step, place, name));
      return { step: step.id, parameter, value, ...stands, through };
    };
    const { [KIND_FOLDER]: folder, ...inputs } = step.inputs;
    const sources = Object.fromEntries(
      Object.entries(inputs).map(([name, source]) => [name, describeSource(source)]),
    );
    return [
      ...(folder === undefined ? [] : [origin("uses", describeSource(folder), [...place, "uses"])]),
      ...leaves({ ...step.params, ...sources }).map(([path, value]) =>
        origin(path.join("."), value, [...place, "with", ...path]),
      ),
      ...Object.entries(BESIDE).map(([name, valueOf]) =>
        origin(name, valueOf(step), [...place, ...name.split(".")]),
      ),
      ...Object.entries(step.secrets).map(([name, variable]) =>
        origin(`secrets.${name}`, variable, [...place, "secrets", name]),
      ),
    ];
  });
}

function standing(recipe: Layers, path: Path): Stands & { text: unknown } {
  const found = recipe.originsOf(path);
  const last = found.at(-1);
  if (last === undefined) return { from: null, replaced: [], text: undefined };
  const { value: text, ...from } = last;
  return { from, replaced: found.slice(0, -1), text };
}

/** Where an input or a matrix key that an expression names gets its value. */
function behind(recipe: Layers, step: PlanStep, place: Path, name: string): ValueOrigin["through"] {
  const [root, key = ""] = name.split(".");
  const { value } = recipe;
  if (root === "inputs") {
    const holder = ["default", "path", "env"].find(
      (holding) => valueAt(value, ["inputs", key, holding]) !== undefined,
    );
    const { text, ...stands } = standing(recipe, ["inputs", key, ...(holder === undefined ? [] : [holder])]);
    return [{ name, value: text, ...stands }];
  }
  if (root !== "matrix") return [];
  // A group's matrix stands two levels above its steps.
  const path = [place, place.slice(0, -2)]
    .map((above) => [...above, "matrix", key])
    .find((candidate) => valueAt(value, candidate) !== undefined);
  if (path === undefined) return [];
  const { text: _, ...stands } = standing(recipe, path);
  return [{ name, value: step.matrix[key], ...stands }];
}

/** Every value below a mapping that is no mapping itself, with its path. */
function leaves(value: unknown, path: Path = []): [Path, unknown][] {
  if (!isMapping(value) || (path.length > 0 && Object.keys(value).length === 0)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** A step may stand in a group. */
function placeOf({ value }: Layers, id: string): string[] {
  const steps = value["steps"] as Record<string, { steps?: object }>;
  if (Object.hasOwn(steps, id) && steps[id]!.steps === undefined) return ["steps", id];
  const group = Object.keys(steps).find((name) => Object.hasOwn(steps[name]?.steps ?? {}, id));
  return group === undefined ? ["steps", id] : ["steps", group, "steps", id];
}

/** One line per value: `sft.learning_rate = 1e-4  recipes/mine.yaml:12:7, was 8e-5 (recipes/st-r1.yaml:47:22)`. */
export function showOrigins(origins: ValueOrigin[]): string {
  return origins
    .map(({ step, parameter, value, through, ...stands }) =>
      [
        `${step}.${parameter} = ${showValue(value)}  ${showStanding(stands, "default")}`,
        ...through.map(
          (other) =>
            `  through ${other.name} = ${showValue(other.value)}  ${showStanding(other, "not given")}`,
        ),
      ].join("\n"),
    )
    .join("\n");
}

function showStanding({ from, replaced }: Stands, otherwise: string): string {
  const was = replaced.map((other) => `, was ${showValue(other.value)} (${showPlace(other)})`).toReversed();
  return `${from === null ? otherwise : showPlace(from)}${was.join("")}`;
}

const showPlace = ({ file, line, column, label }: Origin): string =>
  label === file ? `${file}:${line}:${column}` : `${label}, ${file}:${line}:${column}`;
