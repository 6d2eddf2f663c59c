import type { ErrorObject } from "ajv/dist/2020.js";
import { closest } from "../../core/suggest.ts";
import { show, type Fault } from "./faults.ts";

const TYPES: Record<string, string> = {
  string: "a text",
  array: "a list",
  object: "an object",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

/** The schema of the rows, as far as messages need it. */
interface RowSchema {
  required?: readonly string[];
}

/**
 * What a schema's errors mean, each cause once, in words. `alsoCalled` are names that other tools have for a key, `whole` is
 * what the value itself is called. A key that is misspelt is not missed as well.
 */
export function explainErrors(
  errors: readonly ErrorObject[],
  { required = [] }: RowSchema,
  alsoCalled: Readonly<Record<string, string>> = {},
  whole = "a row",
): Fault[] {
  const meant = new Set<string>();
  const unknown = errors.flatMap((error): Fault[] => {
    const key = unknownKey(error);
    if (key === undefined) return [];
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
    const near = Object.hasOwn(alsoCalled, key) ? alsoCalled[key] : closest(key, known);
    const where = dottedPath(error);
    if (near !== undefined) meant.add(joined(where, near));
    const hint = near === undefined ? `Known keys: ${known.join(", ")}.` : `Did you mean '${near}'?`;
    const named = JSON.stringify(key).slice(1, -1);
    return [
      {
        cause: `unknown ${where} ${key}`,
        text: `'${named}' is not a key of ${where === "" ? whole : `'${where}'`}. ${hint}`,
      },
    ];
  });
  const byPath = new Map<string, Fault>();
  for (const error of errors) {
    const fault = explain(error, meant, required);
    const path =
      error.keyword === "required" ? joined(dottedPath(error), missingKey(error)) : dottedPath(error);
    // Of alternatives the first that fails speaks for all.
    if (fault !== undefined && !byPath.has(path)) byPath.set(path, fault);
  }
  return [...unknown, ...byPath.values()];
}

/** The dotted path of what an error is about, empty for the row itself. */
export const dottedPath = ({ instancePath }: Pick<ErrorObject, "instancePath">): string =>
  JSON.stringify(
    instancePath.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~"),
  ).slice(1, -1);

const joined = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

const missingKey = ({ params }: ErrorObject): string => String(params["missingProperty"]);

function unknownKey({ params }: ErrorObject): string | undefined {
  const key: unknown = params["unevaluatedProperty"] ?? params["additionalProperty"];
  return typeof key === "string" ? key : undefined;
}

function explain(
  error: ErrorObject,
  meant: ReadonlySet<string>,
  required: readonly string[],
): Fault | undefined {
  const path = dottedPath(error);
  const fault = (text: string): Fault => ({ cause: `${error.keyword} ${path}`, text });
  const { data, params } = error as { data?: unknown; params: Record<string, unknown> };
  const it = `'${path}' is ${show(data)}`;
  if (error.keyword === "required") {
    const key = joined(path, missingKey(error));
    return meant.has(key) ? undefined : { cause: `required ${key}`, text: `the key '${key}' is missing.` };
  }
  if (unknownKey(error) !== undefined) return undefined;
  if (data === null && !required.includes(path) && !path.includes("."))
    return fault(`${it}; leave the key out where there is nothing to say.`);
  switch (error.keyword) {
    case "type": {
      const finite = typeof data === "number" && !Number.isFinite(data);
      const types = [params["type"]].flat().map((type) => (finite ? "a finite number" : TYPES[String(type)]));
      const quoted =
        params["type"] === "string" && typeof data === "number" ? ` Write "${String(data)}".` : "";
      return fault(`${it}; it must be ${types.join(" or ")}.${quoted}`);
    }
    case "enum": {
      const words = (params["allowedValues"] as unknown[]).map(String);
      const near = typeof data === "string" ? closest(data, words) : undefined;
      const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
      return fault(`${it}; it must be one of ${words.join(", ")}.${hint}`);
    }
    case "minLength":
      return fault(`'${path}' is an empty text.`);
    case "pattern":
      return fault(`${it}; it does not have the right form: ${String(params["pattern"])}.`);
    case "minimum":
      return fault(`${it}; it must be at least ${String(params["limit"])}.`);
    case "maximum":
      return fault(`${it}; it must be at most ${String(params["limit"])}.`);
    default:
      return fault(`${it}: it ${error.message ?? "is wrong"}.`);
  }
}
