import type { ParameterSchema } from "../../schemas/kinds.ts";
import { showValue } from "../../core/show-value.ts";
import { inUnit, knownUnits, UNITS } from "./units.ts";

/** What a paper gives for one parameter. */
export interface Given {
  printed: unknown;
  /** What it means, where the table says so. */
  value: unknown;
  unit: string | undefined;
}

/** What is asked of a paper's value: the parameter that it is compared with, and what the recipe has there. */
export interface Counterpart {
  parameter: string;
  schema: ParameterSchema | undefined;
  ours: unknown;
}

/** A paper's value that cannot be compared. */
export interface Incomparable {
  /** The key of the row that is wrong. */
  key: "printed" | "value" | "unit";
  message: string;
  suggestion?: string | undefined;
}

/** A paper's value in the parameter's own unit and words, or why that cannot be said. Nothing is guessed from a text. */
export function paperValue(given: Given, asked: Counterpart): { value: unknown } | Incomparable {
  const key = given.value === undefined ? "printed" : "value";
  const value = given.value ?? given.printed;
  if (given.unit !== undefined) return inParametersUnit(given.unit, value, key, asked);
  const { parameter, schema, ours } = asked;
  const types = typesOf(schema);
  const is = (...some: string[]) => types.length > 0 && types.every((type) => some.includes(type));
  const wrong = (what: string, instead: string, suggestion?: string): Incomparable => ({
    ...{ key, suggestion },
    message: `${showValue(value)} cannot be compared: '${parameter}' is ${what}. ${instead}`,
  });
  if (is("number", "integer") || (types.length === 0 && typeof ours === "number")) {
    if (typeof value === "number") return { value };
    const number = typeof value === "string" ? numberIn(value) : null;
    if (number !== null) return { value: number };
    const unit = typeof value === "string" ? unitBehind(value) : undefined;
    const instead =
      unit === undefined
        ? "Say the number: value: …"
        : `Name the unit: unit: "${unit}", or say the number: value: …`;
    return wrong(
      schema?.["x-unit"] === undefined ? "a number" : `a number (${schema["x-unit"]})`,
      instead,
      unit && `unit: "${unit}"`,
    );
  }
  if (is("boolean") && typeof value !== "boolean") return wrong("true or false", "Say which: value: true");
  if (is("array") && !Array.isArray(value)) return wrong("a list", "Say it: value: […]");
  const same = typeof value === "string" ? otherSpelling(value, schema?.enum ?? []) : undefined;
  if (same !== undefined)
    return wrong(`one of ${schema!.enum!.join(", ")}`, `Say which: value: ${same}`, `value: ${same}`);
  return { value };
}

function inParametersUnit(
  unit: string,
  value: unknown,
  key: "printed" | "value",
  { parameter, schema }: Counterpart,
): { value: number } | Incomparable {
  const types = typesOf(schema);
  const numeric = types.length === 0 || types.some((type) => type === "number" || type === "integer");
  if (!numeric) return { key: "unit", message: `'${parameter}' is no number, so it has no unit.` };
  const text = String(value).trim();
  const number = numberIn(text.endsWith(unit) ? text.slice(0, -unit.length).trimEnd() : text);
  if (number === null) {
    const message = `'${showValue(value)}' is no number of '${unit}'. Say the number: value: …`;
    return { key, message };
  }
  const own = schema?.["x-unit"];
  const found = inUnit(number, unit, own);
  if (found !== null) return { value: found };
  const counts = own === undefined ? "" : ` '${parameter}' counts in ${own}.`;
  const message = `A number of '${unit}' cannot be compared.${counts} Known here: ${knownUnits(own).join(", ")}. Or say the number in the parameter's unit: value: …, without unit.`;
  return { key: "unit", message };
}

const typesOf = (schema: ParameterSchema | undefined): string[] =>
  [schema?.type ?? []].flat().filter((type) => type !== "null");

const NUMBER = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;

/** A text that is nothing but a number in decimal form; null for any other. */
const numberIn = (text: string): number | null => (NUMBER.test(text) ? Number(text) : null);

const unitBehind = (text: string): string | undefined =>
  Object.keys(UNITS).find(
    (unit) => text.endsWith(unit) && numberIn(text.slice(0, -unit.length).trimEnd()) !== null,
  );

/** The word of a parameter that differs from the paper's in capitals, hyphens or spaces alone. */
function otherSpelling(value: string, words: readonly unknown[]): string | undefined {
  if (words.includes(value)) return undefined;
  const squeezed = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  return words.filter((word) => typeof word === "string").find((word) => squeezed(word) === squeezed(value));
}

/** Whether two values are the same: numbers by what they are, also where the recipe has one as text, such as 1e-6 in `env`. */
export function isSame(ours: unknown, paper: unknown): boolean {
  if (typeof ours === "string" && typeof paper === "number") return numberIn(ours) === paper;
  if (typeof ours === "string" && typeof paper === "boolean") return ours.toLowerCase() === String(paper);
  if (Array.isArray(ours) && Array.isArray(paper))
    return ours.length === paper.length && ours.every((item, index) => isSame(item, paper[index]));
  return ours === paper;
}
