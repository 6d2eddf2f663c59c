import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { explainSchemaError } from "./explain-schema-error.ts";
import type { Layers } from "./layers.ts";

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Runs a schema over a value and turns each of its errors into one diagnostic, pointing at the text under `base`.
 * What stands under one of the `failed` paths (joined by slashes) was told already.
 */
export function checkStructure(
  layers: Layers,
  validate: ValidateFunction,
  value: unknown,
  base: readonly (string | number)[] = [],
  failed = NOTHING,
): Diagnostic[] {
  if (validate(value)) return [];
  const seen = new Set<string>();
  return withoutTypos(withoutBranches(validate.errors ?? [])).flatMap((error) => {
    const path = [...base, ...pathOf(error.instancePath)];
    if (failed.size > 0 && path.some((_, depth) => failed.has(path.slice(0, depth + 1).join("/")))) return [];
    const { code, message, key, ...more } = explainSchemaError(error, path.join("."));
    const found = layers.diagnostic(code, key === undefined ? path : [...path, key], message, more);
    const place = `${code}:${found.file}:${found.line}:${found.column}:${message}`;
    return seen.has(place) ? [] : (seen.add(place), [found]);
  });
}

/** Of an anyOf or oneOf, only the summary is told: its branches would repeat the same cause. */
function withoutBranches(errors: ErrorObject[]): ErrorObject[] {
  const groups = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  return errors.filter(
    (error) =>
      groups.every((group) => group === error || !error.schemaPath.startsWith(`${group.schemaPath}/`)) &&
      !["if", "propertyNames"].includes(error.keyword),
  );
}

/** A key that is missing because it was misspelt is told once, where it was misspelt. */
function withoutTypos(errors: ErrorObject[]): ErrorObject[] {
  const meant = new Set(
    errors.flatMap((error) => {
      const { key, suggestion } = explainSchemaError(error, "");
      return key === undefined || suggestion === undefined ? [] : [`${error.instancePath}/${suggestion}`];
    }),
  );
  return errors.filter(
    ({ keyword, instancePath, params }) =>
      keyword !== "required" ||
      !meant.has(`${instancePath}/${(params as { missingProperty: string }).missingProperty}`),
  );
}

const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
