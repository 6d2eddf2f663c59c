import { existsSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import type { KindDefinition } from "../../core/kind.ts";
import { isGivenType } from "../../core/outside-kind.ts";

/** The one step of a trial. */
export const TRIED = "trial";

/** A recipe that tries a kind once, with settings for it; or the parameters that nobody has given. */
export type Trial =
  | { how: "recipe"; text: string; settings: string[] }
  | { how: "lacks"; parameters: { name: string; takes: readonly string[] | null }[] };

interface Chosen {
  /** As a recipe names the kind. */
  uses: string;
  /** `name=value`: a value in YAML, or the path of an artifact. */
  given: readonly string[];
  /** The folder that paths count from. */
  around: string;
}

/**
 * A recipe with one step of a kind: its parameters have the values that are given, or their defaults; one that must be given
 * has its first example. It saves as often as it can.
 */
export function trialRecipe({ schema }: KindDefinition, { uses, given, around }: Chosen): Trial {
  const inputs: Record<string, object> = {};
  const values: Record<string, unknown> = {};
  const settings: string[] = [];
  const sourceOf = (name: string, text: string, takes: readonly string[]): string => {
    const type = takes.find(isGivenType);
    const isHub = takes.includes("hub") && !existsSync(path.resolve(around, text));
    if (isHub || type === undefined) return text;
    const input = name.replaceAll(".", "_");
    inputs[input] = { type, path: text };
    return `\${{ inputs.${input} }}`;
  };
  for (const setting of given) {
    const [, name = "", parameter = "", inner, text = ""] = /^((\w+)(?:\.(\w+))?)=(.*)$/s.exec(setting) ?? [];
    const { "x-artifact": one, "x-artifacts": many } =
      (Object.hasOwn(schema.properties, parameter) ? schema.properties[parameter] : undefined) ?? {};
    if (one !== undefined && inner === undefined) values[parameter] = sourceOf(name, text, one);
    else if (many !== undefined && inner !== undefined)
      values[parameter] = { ...(values[parameter] as object), [inner]: sourceOf(name, text, many) };
    else settings.push(`steps.${TRIED}.with.${setting}`);
  }
  const isGiven = (name: string) =>
    Object.hasOwn(values, name) || given.some((setting) => /^\w+/.exec(setting)?.[0] === name);
  const lacking = schema.required.flatMap((name) => {
    const { "x-artifact": one, "x-artifacts": many, examples = [] } = schema.properties[name]!;
    const takes = one ?? many ?? null;
    if (isGiven(name)) return [];
    if (takes !== null || examples.length === 0) return [{ name, takes }];
    values[name] = examples[0];
    return [];
  });
  if (lacking.length > 0) return { how: "lacks", parameters: lacking };
  const step = { uses, with: values, checkpoint: { every: "1 step" } };
  return {
    how: "recipe",
    text: stringify({ recipe: 1, name: TRIED, inputs, steps: { [TRIED]: step } }),
    settings,
  };
}
