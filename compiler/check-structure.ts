import type { ErrorObject } from "ajv/dist/2020.js";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { explainSchemaError, type Explanation } from "./explain-schema-error.ts";
import type { Layers } from "./layers.ts";
import type { Path } from "./mapping.ts";
import { closest } from "../core/suggest.ts";

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Runs a schema over a value and turns each of its errors into one diagnostic, pointing at the text under `base`.
 * What stands under one of the `failed` paths (joined by slashes) was told already.
 */
export function checkStructure(
  layers: Layers,
  validate: ((value: unknown) => boolean) & { errors?: ErrorObject[] | null },
  value: unknown,
  base: readonly (string | number)[] = [],
  failed = NOTHING,
): Diagnostic[] {
  if (validate(value)) return [];
  const seen = new Set<string>();
  return withoutFollowers(withoutTypos(withoutBranches(validate.errors ?? []))).flatMap((error) => {
    const path = [...base, ...keysOf(error.instancePath)];
    if (failed.size > 0 && path.some((_, depth) => failed.has(path.slice(0, depth + 1).join("/")))) return [];
    const { code, message, key, ...more } =
      removalOf(layers, path, error.data) ??
      explainSchemaError(error, path.length === 0 ? null : path.join("."), {
        whole: layers.called,
        written: layers.writtenAt(path),
        isWritten: (sibling) => layers.isWritten([...path, sibling]),
      });
    const found = layers.diagnostic(code, key === undefined ? path : [...path, key], message, more);
    const place = `${code}:${found.file}:${found.line}:${found.column}:${message}`;
    return seen.has(place) ? [] : (seen.add(place), [found]);
  });
}

/** What a null would remove, where an extending recipe has one and what it extends has no such key. */
function removalOf(layers: Layers, path: Path, value: unknown): Explanation | null {
  if (value !== null || path.length === 0) return null;
  const known = layers.below(path);
  if (known === null) return null;
  const key = String(path.at(-1));
  const near = closest(key, known);
  const hint = near === undefined ? `It has: ${known.join(", ")}.` : `Did you mean '${near}'?`;
  const message = `null removes a key, and the extended recipe has no '${path.join(".")}'. ${hint}`;
  return { code: "R0302", message, at: "key", suggestion: near };
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
      const { key, suggestion } = explainSchemaError(error, null);
      return key === undefined || suggestion === undefined ? [] : [`${error.instancePath}/${suggestion}`];
    }),
  );
  return errors.filter(
    ({ keyword, instancePath, params }) =>
      keyword !== "required" ||
      !meant.has(`${instancePath}/${(params as { missingProperty: string }).missingProperty}`),
  );
}

/** What may stand beside a `type` says nothing while that is missing. */
function withoutFollowers(errors: ErrorObject[]): ErrorObject[] {
  const untyped = errors.filter(
    ({ keyword, params }) =>
      keyword === "required" && (params as { missingProperty: string }).missingProperty === "type",
  );
  return errors.filter(
    ({ keyword, instancePath }) =>
      keyword !== "false schema" ||
      untyped.every((error) => !instancePath.startsWith(`${error.instancePath}/`)),
  );
}

const keysOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
