import type { ErrorObject } from "ajv/dist/2020.js";
import type { Code } from "../schemas/diagnostic.ts";
import type { More } from "./layers.ts";
import { closest, meantName, noteOn } from "../core/suggest.ts";
import { WORDS } from "../core/synonyms.ts";
import { asList, examplesOf, hasForm, inForm, isWithinLimits } from "./what-to-write.ts";

/** One schema error in a recipe's own words. */
export interface Explanation {
  code: Code;
  message: string;
  /** A further part of the path: the key that is too much. */
  key?: string;
  at?: "key";
  suggestion?: string | undefined;
  related?: More["related"];
}

/**
 * Says what a schema error means. `name` is the dotted path of the value, null for the whole; `written` is a number or
 * word as it stands in the text, if it is one; `isWritten` whether the text has a key beside.
 */
export function explainSchemaError(
  error: ErrorObject,
  name: string | null,
  {
    whole = "the recipe",
    written,
    isWritten = () => false,
  }: { whole?: string; written?: string | undefined; isWritten?: (key: string) => boolean } = {},
): Explanation {
  const where = name === null ? whole : `'${name}'`;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "unevaluatedProperties":
    case "additionalProperties":
      return unknownKey(
        error,
        String(params["unevaluatedProperty"] ?? params["additionalProperty"]),
        where,
        isWritten,
      );
    case "required":
      return missingKey(error, where, String(params["missingProperty"]));
    case "false schema": {
      const message = `'${(name ?? "").split(".").at(-1)!}' has no meaning for an input of this type.`;
      return { code: "R0105", message, at: "key" };
    }
    case "type":
      return wrongType(error, where, [params["type"]].flat().map(String), written);
    case "enum":
      return wrongWord(error, where, (params["allowedValues"] as unknown[]).map(String));
    case "const":
      return notAllowed(error, where, `must be ${JSON.stringify(params["allowedValue"])}`);
    case "pattern":
      return wrongForm(error, where);
    case "anyOf":
    case "oneOf":
      return alternatives(error, where);
    case "minProperties":
      return { code: "R0104", message: `${capital(where)} is empty; it needs at least one key.`, at: "key" };
    case "minItems":
      return { code: "R0104", message: `${capital(where)} is empty; it needs at least one entry.` };
    case "minLength":
      return { code: "R0104", message: `${capital(where)} is an empty text.` };
    case "uniqueItems":
      return {
        code: "R0104",
        message: `${capital(where)} has the same entry twice (${String(params["j"])} and ${String(params["i"])}, counted from 0).`,
      };
    default:
      return notAllowed(error, where, error.message ?? "is not allowed");
  }
}

const missingKey = ({ data, parentSchema }: ErrorObject, where: string, key: string): Explanation => {
  type Words = { enum?: unknown[]; else?: { enum?: unknown[] } };
  const { properties = {} } = (parentSchema ?? {}) as { properties?: Record<string, Words> };
  const words = properties[key]?.enum ?? properties[key]?.else?.enum;
  const of = words === undefined ? "" : `, one of ${words.join(", ")}`;
  const { path } = data as { path?: unknown };
  const onDisk = words?.includes("path") === true && typeof path === "string";
  const example = onDisk
    ? ` Write { type: path, path: ${JSON.stringify(path)} } for any file or folder.`
    : "";
  return {
    code: "R0102",
    message: `${capital(where)} needs the key '${key}'${of}.${example}`,
    key,
    at: "key",
  };
};

const notAllowed = (error: ErrorObject, where: string, rule: string): Explanation => ({
  code: "R0104",
  message: `${capital(where)} ${rule}; it is ${describe(error.data)}.`,
});

function unknownKey(
  error: ErrorObject,
  key: string,
  where: string,
  isWritten: (key: string) => boolean,
): Explanation {
  const schema = error.parentSchema as { properties?: Record<string, unknown> } | undefined;
  const known = Object.keys(schema?.properties ?? {});
  const note = noteOn(key);
  const meant = meantName(key, known);
  // Written twice, it would be the next error.
  const near = meant !== undefined && isWritten(meant) ? undefined : meant;
  const list = known.length > 0 ? `Known keys: ${known.join(", ")}.` : "";
  const hint = [
    near === undefined && meant !== undefined
      ? `Did you mean '${meant}'? It is there already: remove one of them.`
      : "",
    near === undefined && meant === undefined ? (note === undefined ? list : "") : "",
    near === undefined ? "" : `Did you mean '${near}'?`,
    note ?? "",
  ];
  const message = `'${key}' is not a key of ${where}. ${hint.filter(Boolean).join(" ")}`.trimEnd();
  return { code: "R0101", key, at: "key", message, suggestion: near };
}

function wrongType(error: ErrorObject, where: string, types: string[], written?: string): Explanation {
  const { data } = error;
  const schema = (error.parentSchema ?? {}) as Parameters<typeof isWithinLimits>[1];
  const must = `${capital(where)} must be ${types.map(article).join(" or ")}; it is ${describe(data)}.`;
  const numeric = types.includes("number") || types.includes("integer");
  if (typeof data === "string" && numeric) {
    const number = Number(data.replaceAll(/[_,]/g, ""));
    if (
      data.trim() !== "" &&
      Number.isFinite(number) &&
      (types.includes("number") || Number.isInteger(number)) &&
      isWithinLimits(number, schema)
    ) {
      return {
        code: "R0103",
        message: `${must} Write ${data.replaceAll(/[_,]/g, "")}, without quotes.`,
        suggestion: String(number),
      };
    }
  }
  if (typeof data === "string" && types.includes("boolean")) {
    const word = {
      yes: "true",
      on: "true",
      y: "true",
      no: "false",
      off: "false",
      n: "false",
      true: "true",
      false: "false",
    }[data.toLowerCase()];
    if (word !== undefined)
      return { code: "R0103", message: `${must} In YAML 1.2 it is written ${word}.`, suggestion: word };
  }
  // Of what may be true or false a text is an expression.
  if (
    types.includes("string") &&
    !types.includes("boolean") &&
    (typeof data === "number" || typeof data === "boolean")
  ) {
    if ("x-artifact" in schema)
      return {
        code: "R0103",
        message: `${must} Write \${{ steps.<step>.outputs.<output> }} or \${{ inputs.<input> }}.`,
      };
    const text = written ?? String(data);
    const quoted = `"${text}"`;
    if (!hasForm(text, schema)) {
      const suggestion = inForm(text, schema);
      const hint = suggestion === undefined ? "" : ` Write ${suggestion}.`;
      return { code: "R0103", message: `${must}${hint}${examplesOf(schema)}`, suggestion };
    }
    return { code: "R0103", message: `${must} Put it in quotes: ${quoted}.`, suggestion: quoted };
  }
  if (types.includes("object") && Array.isArray(data)) {
    const first = (data[0] ?? {}) as { id?: string; name?: string };
    const id = [first.id, first.name].find((value) => typeof value === "string");
    const example = id === undefined ? "'name: …'" : `'${id}:'`;
    return { code: "R0103", message: `${must} Write ${example} instead of '- …'.` };
  }
  if (types.includes("array") && (typeof data === "string" || typeof data === "number")) {
    const list = asList(data, where.endsWith(".argv'"));
    return { code: "R0103", message: `${must} Write ${list}.`, suggestion: list };
  }
  if (types.includes("object")) return { code: "R0103", message: `${must}${keysFor(error)}` };
  return { code: "R0103", message: must };
}

// Of a whole step or recipe the list would say nothing.
const MOST_KEYS = 8;

/** The keys that a mapping may have, where something else was written; with an example, where that is the name of one. */
function keysFor({ data, parentSchema }: ErrorObject): string {
  const { properties = {} } = (parentSchema ?? {}) as { properties?: Record<string, { type?: unknown }> };
  const known = Object.keys(properties);
  if (known.length === 0 || known.length > MOST_KEYS) return "";
  const named = typeof data === "string" && known.includes(data) ? data : undefined;
  const number = named !== undefined && properties[named]!.type === "number";
  const example = named === undefined ? "" : ` Write { ${named}: ${number ? "0.1" : "…"} }.`;
  return ` Its keys: ${known.join(", ")}.${example}`;
}

function wrongWord(error: ErrorObject, where: string, words: string[]): Explanation {
  const given = String(error.data);
  const { called } = error.params as { called?: ReadonlyMap<string, string> };
  const word = given.toLowerCase();
  const meant = called?.get(word) ?? (Object.hasOwn(WORDS, word) ? WORDS[word]! : "");
  const near = words.includes(meant) ? meant : closest(given, words);
  const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
  const message = `${capital(where)} must be one of ${words.join(", ")}; it is ${describe(error.data)}.${hint}`;
  return { code: "R0104", message, suggestion: near };
}

// As in the schemas: names become folders.
const LONGEST_NAME = 100;

function wrongForm(error: ErrorObject, where: string): Explanation {
  const { propertyName: key } = error as { propertyName?: string };
  const schema = (error.parentSchema ?? {}) as Parameters<typeof inForm>[1];
  const text = key ?? String(error.data);
  const suggestion = key === undefined ? inForm(text, schema) : undefined;
  const hint = suggestion === undefined ? examplesOf(schema) : ` Did you mean '${suggestion}'?`;
  const shown = text.length > LONGEST_NAME ? `${text.slice(0, 40)}…` : text;
  const what = key === undefined ? `${capital(where)}: '${shown}'` : `'${shown}' as a key of ${where}`;
  const wrong =
    text.length > LONGEST_NAME
      ? `has ${text.length} characters; a name has at most ${LONGEST_NAME}.`
      : `does not have the right form.${hint}`;
  return {
    code: "R0104",
    message: `${what} ${wrong}`,
    ...(key === undefined ? {} : { key, at: "key" }),
    suggestion,
  };
}

function alternatives(error: ErrorObject, where: string): Explanation {
  const { description } = (error.parentSchema ?? {}) as { description?: string };
  const it = description === undefined ? "" : ` It is: ${description.replace(/\.$/, "")}.`;
  return { code: "R0105", message: `${capital(where)} has keys or a form that do not fit together.${it}` };
}

const article = (type: string): string => {
  const name =
    { object: "mapping", array: "list", string: "text", boolean: "true or false", null: "empty" }[type] ??
    type;
  if (type === "boolean" || type === "null") return name;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
};

function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? `the text '${value.slice(0, 60)}'` : JSON.stringify(value);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
