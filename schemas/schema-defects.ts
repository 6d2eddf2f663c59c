import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";

const LONGEST = 60;

/** Why a value does not fit a schema, each place once, in words: `'metrics.accuracy' is null; it must be number`. Empty if it does. */
export function defectsOf(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  const byPlace = new Map<string, string>();
  for (const error of validate.errors ?? []) {
    const place = placeOf(error);
    if (!byPlace.has(place)) byPlace.set(place, told(place, error));
  }
  return [...byPlace.values()];
}

function placeOf({ instancePath, params }: ErrorObject): string {
  const { missingProperty, unevaluatedProperty } = params as Record<string, string | undefined>;
  const key = missingProperty ?? unevaluatedProperty;
  return [...instancePath.split("/").slice(1), ...(key === undefined ? [] : [key])]
    .join(".")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}

function told(place: string, { keyword, data, message }: ErrorObject): string {
  const it = place === "" ? "it" : `'${place}'`;
  if (keyword === "required") return `${it} is missing`;
  if (keyword === "unevaluatedProperties") return `${it} is not known`;
  const shown = typeof data === "number" ? String(data) : (JSON.stringify(data) ?? "nothing");
  const cut = shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
  return `${it} is ${cut}; it ${message ?? "is wrong"}`;
}
