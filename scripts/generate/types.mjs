// Types from the JSON Schemas.
import path from "node:path";
import { compile } from "json-schema-to-typescript";
import { DOCUMENTS, isOfKind, KINDS, readSchema, SHARED } from "./schemas.mjs";

/**
 * The generator reads additionalProperties, where ours are closed by unevaluatedProperties; it has no word for
 * "any value"; and conditions between keys have no type.
 */
function closed(value) {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== "object") return value;
  const { unevaluatedProperties, patternProperties, allOf, oneOf, $id, ...rest } = value;
  const copy = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, closed(inner)]));
  if (unevaluatedProperties === false && copy.additionalProperties === undefined)
    copy.additionalProperties = false;
  if (oneOf?.every((branch) => branch.type)) copy.oneOf = closed(oneOf);
  if (Object.keys(copy).join() === "description") copy.tsType = "unknown";
  return copy;
}

/** What a schema is called: its file's name, or of a kind its folder's. */
const wordOf = (file) =>
  isOfKind(file) ? path.basename(path.dirname(file)) : path.basename(file, ".schema.json");

const nameOf = (file) =>
  wordOf(file).replace(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase()) +
  (isOfKind(file) || SHARED.includes(file) ? "Params" : "");

/** Types of a kind's parameters stand beside its schema. */
const targetOf = (file) =>
  isOfKind(file) ? path.join(path.dirname(file), "params.ts") : `schemas/generated/${wordOf(file)}.ts`;

/** One module per schema. */
export async function types() {
  const files = [...DOCUMENTS, ...SHARED, ...KINDS];
  return Promise.all(
    files.map(async (file) => {
      const name = nameOf(file);
      const closing = SHARED.includes(file) ? { additionalProperties: false } : {};
      const schema = { ...closed(readSchema(file)), ...closing, title: name };
      // Definitions of two schemas may share a name; their types must not.
      for (const [key, definition] of Object.entries(schema.$defs ?? {})) definition.title = `${name} ${key}`;
      const body = await compile(schema, name, {
        bannerComment: "",
        format: false,
        declareExternallyReferenced: true,
      });
      const banner = `// Generated from ${file} by \`npm run generate\`. Do not edit.\n`;
      const compact = body.replace(/\/\*\*\n\s*\* (.*)\n\s*\*\//g, "/** $1 */");
      return { file: targetOf(file), parser: "typescript", text: banner + compact };
    }),
  );
}
