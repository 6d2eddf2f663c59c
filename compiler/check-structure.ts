import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { PathInDocument, Source } from "./source.ts";
import { closest } from "./suggest.ts";

/** Runs a schema over a value and turns each of its errors into one diagnostic, pointing at the text. */
export function checkStructure(
  source: Source,
  validate: ValidateFunction,
  value: unknown,
  base: PathInDocument = [],
): Diagnostic[] {
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  const diagnostics = withoutBranches(errors).map((error) => explain(source, error, base));
  const seen = new Set<string>();
  return diagnostics.filter(({ code, line, column, message }) => {
    const place = `${code}:${line}:${column}:${message}`;
    return !seen.has(place) && seen.add(place);
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

const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

function explain(source: Source, error: ErrorObject, base: PathInDocument): Diagnostic {
  const path = [...base, ...pathOf(error.instancePath)];
  const where = path.length === 0 ? "the recipe" : `'${path.join(".")}'`;
  const params = error.params as Record<string, unknown>;
  const is = `it is ${describe(error.data)}`;
  switch (error.keyword) {
    case "unevaluatedProperties":
    case "additionalProperties": {
      const key = String(params["unevaluatedProperty"] ?? params["additionalProperty"]);
      const properties = (error.parentSchema as { properties?: object } | undefined)?.properties ?? {};
      const near = closest(key, Object.keys(properties));
      const hint =
        near === undefined ? `Known keys: ${Object.keys(properties).join(", ")}.` : `Did you mean '${near}'?`;
      return source.diagnostic("R0101", [...path, key], `'${key}' is not a key of ${where}. ${hint}`, {
        at: "key",
        ...(near === undefined ? {} : { suggestion: near }),
      });
    }
    case "required":
      return source.diagnostic(
        "R0102",
        path,
        `${where} needs the key '${String(params["missingProperty"])}'.`,
        { at: "key" },
      );
    case "type":
      return source.diagnostic("R0103", path, `${where} must be ${article(params["type"])}; ${is}.`);
    case "enum": {
      const values = (params["allowedValues"] as unknown[]).map(String);
      const near = closest(String(error.data), values);
      const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
      return source.diagnostic(
        "R0104",
        path,
        `${where} must be one of ${values.join(", ")}; ${is}.${hint}`,
        near === undefined ? {} : { suggestion: near },
      );
    }
    case "const":
      return source.diagnostic(
        "R0104",
        path,
        `${where} must be ${JSON.stringify(params["allowedValue"])}; ${is}.`,
      );
    case "pattern": {
      const name = (error as { propertyName?: string }).propertyName;
      const text = name ?? String(error.data);
      const at = name === undefined ? path : [...path, name];
      return source.diagnostic(
        "R0104",
        at,
        `'${text}' does not have the form ${String(params["pattern"])}.`,
        {
          at: name === undefined ? "value" : "key",
        },
      );
    }
    case "anyOf":
    case "oneOf":
      return source.diagnostic(
        "R0105",
        path,
        `${where} has keys or a form that do not fit together; ${formOf(error)}.`,
      );
    default:
      return source.diagnostic("R0104", path, `${where} ${error.message ?? "is not allowed"}; ${is}.`);
  }
}

function formOf(error: ErrorObject): string {
  const parent = error.parentSchema as { description?: string } | undefined;
  return parent?.description === undefined
    ? "see the schema"
    : `it is: ${parent.description.replace(/\.$/, "")}`;
}

const article = (type: unknown): string =>
  [type]
    .flat()
    .map((name) => (/^[aeiou]/.test(String(name)) ? `an ${String(name)}` : `a ${String(name)}`))
    .join(" or ");

function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? `the text '${value.slice(0, 60)}'` : JSON.stringify(value);
}
