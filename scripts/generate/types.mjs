// Types from the JSON Schemas.
import path from "node:path";
import { compile } from "json-schema-to-typescript";
import { DOCUMENTS, KINDS, readSchema } from "./schemas.mjs";

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

const nameOf = (file) =>
  path.basename(file, ".schema.json").replace(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase()) +
  (file.startsWith("kinds/") ? "Params" : "");

/** One module per schema. */
export async function types() {
  const files = [...DOCUMENTS, ...KINDS];
  return Promise.all(
    files.map(async (file) => {
      const name = nameOf(file);
      const schema = { ...closed(readSchema(file)), title: name };
      // Definitions of two schemas may share a name; their types must not.
      for (const [key, definition] of Object.entries(schema.$defs ?? {})) definition.title = `${name} ${key}`;
      const body = await compile(schema, name, {
        bannerComment: "",
        format: false,
        declareExternallyReferenced: true,
      });
      const banner = `// Generated from schemas/${file} by \`npm run generate\`. Do not edit.\n`;
      const compact = body.replace(/\/\*\*\n\s*\* (.*)\n\s*\*\//g, "/** $1 */");
      const target = path.basename(file).replace(".schema.json", ".ts");
      return { file: `schemas/generated/${target}`, parser: "typescript", text: banner + compact };
    }),
  );
}
