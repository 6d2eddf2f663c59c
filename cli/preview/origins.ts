import { describeSource } from "../../compiler/lower.ts";
import type { Layers, Origin } from "../../compiler/layers.ts";
import type { Plan } from "../../schemas/plan.ts";
import { showValue } from "../../compiler/show-value.ts";

interface ValueOrigin {
  step: string;
  parameter: string;
  value: unknown;
  /** Null for a default of the kind. */
  from: Origin | null;
  /** What the value was in the recipe that is extended, or without the profile or setting. */
  replaced: (Origin & { value: unknown })[];
}

/** Where each parameter of a plan comes from, and what it replaced on the way. */
export function originsOf(recipe: Layers, plan: Plan): ValueOrigin[] {
  return plan.steps.flatMap((step) => {
    const written = step.id.split("-")[0]!;
    const path = pathOf(recipe, written);
    const values = {
      ...step.params,
      ...Object.fromEntries(
        Object.entries(step.inputs).map(([name, source]) => [name, describeSource(source)]),
      ),
    };
    return Object.entries(values).map(([parameter, value]) => {
      const found = recipe.originsOf([...path, "with", parameter]);
      const last = found.at(-1);
      const { value: _, ...from } = last ?? { value: null };
      return {
        step: step.id,
        parameter,
        value,
        from: last === undefined ? null : (from as Origin),
        replaced: found.slice(0, -1),
      };
    });
  });
}

/** A step may stand in a group. */
function pathOf({ value }: Layers, id: string): string[] {
  const steps = value["steps"] as Record<string, { steps?: object }>;
  if (Object.hasOwn(steps, id) && steps[id]!.steps === undefined) return ["steps", id];
  const group = Object.keys(steps).find((name) => Object.hasOwn(steps[name]?.steps ?? {}, id));
  return group === undefined ? ["steps", id] : ["steps", group, "steps", id];
}

/** One line per value: `sft.learning_rate = 1e-4  recipes/mine.yaml:12:7, was 8e-5 (recipes/st-r1.yaml:47:22)`. */
export function showOrigins(origins: ValueOrigin[]): string {
  return origins
    .map(({ step, parameter, value, from, replaced }) => {
      const place = from === null ? "default of the kind" : placeOf(from);
      const was = replaced.map((other) => `, was ${showValue(other.value)} (${placeOf(other)})`).toReversed();
      return `${step}.${parameter} = ${showValue(value)}  ${place}${was.join("")}`;
    })
    .join("\n");
}

const placeOf = ({ file, line, column, label }: Origin): string =>
  label === file ? `${file}:${line}:${column}` : `${label}, ${file}:${line}:${column}`;
