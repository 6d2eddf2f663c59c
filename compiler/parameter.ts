import type { ParameterSchema } from "../schemas/kinds.ts";
import type { InputSource } from "../schemas/plan.ts";
import { entryOf, isMapping, valueAt, type Mapping, type Path } from "./mapping.ts";

/** The parameters of a kind. */
export type Properties = Readonly<Record<string, ParameterSchema>>;

/** Every name for a parameter, or for what stands in one, such as `env.BETA`: what a kind has, and what a step gives. */
export function parameterNames(properties: Properties, given: Mapping): string[] {
  return Object.entries(properties).flatMap(([name, { properties: known = {} }]) => [
    name,
    ...new Set([...Object.keys(known), ...namesIn(entryOf(given, name))].map((inner) => `${name}.${inner}`)),
  ]);
}

const namesIn = (value: unknown): string[] =>
  isMapping(value)
    ? Object.entries(value).flatMap(([key, inner]) => [
        key,
        ...namesIn(inner).map((name) => `${key}.${name}`),
      ])
    : [];

/** What is known of the values of a parameter, or of a key in one; undefined where any may stand. */
export function schemaOf(properties: Properties, name: string): ParameterSchema | undefined {
  const [parameter = "", ...inner] = name.split(".");
  const whole = Object.hasOwn(properties, parameter) ? properties[parameter] : undefined;
  return inner.length === 0 ? whole : whole?.properties && schemaOf(whole.properties, inner.join("."));
}

/** Where a name leads among a step's parameters; a key may have dots. Of one that is not there as far as it leads. */
export function keysOf(given: unknown, name: string): Path {
  if (entryOf(given, name) !== undefined) return [name];
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const inner = entryOf(given, name.slice(0, dot));
    if (isMapping(inner)) return [name.slice(0, dot), ...keysOf(inner, name.slice(dot + 1))];
  }
  return [name.split(".")[0]!];
}

/** Whether a step gives something by that name. */
export function isGiven(given: Mapping, name: string): boolean {
  const keys = keysOf(given, name);
  return keys.join(".") === name && valueAt(given, keys) !== undefined;
}

/** A step's value by that name: null where it has none, and of an artifact where it comes from. */
export function valueOf(
  { params, inputs }: { params: Mapping; inputs: Readonly<Record<string, InputSource>> },
  name: string,
): unknown {
  if (Object.hasOwn(inputs, name)) return describeSource(inputs[name]);
  return isGiven(params, name) ? (valueAt(params, keysOf(params, name)) ?? null) : null;
}

/** An artifact parameter's value, in the recipe's words. */
export function describeSource(source: InputSource | undefined): string {
  if (source === undefined) return "";
  if (source.from === "hub") return source.id;
  if (source.from === "step") return `steps.${source.step}.outputs.${source.output}`;
  // The folder of a kind is called by its path, which is no name.
  return /^[a-z]/.test(source.input) ? `inputs.${source.input}` : source.input;
}
