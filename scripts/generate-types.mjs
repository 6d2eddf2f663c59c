// Generates schemas/generated/types.ts from the JSON Schemas. With --check it only says whether they agree.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import prettier from "prettier";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const schemas = path.join(root, "schemas");
const read = (file) => JSON.parse(fs.readFileSync(path.join(schemas, file), "utf8"));

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

const files = [
  ["recipe.schema.json", "Recipe"],
  ["paper-tables.schema.json", "PaperTables"],
  ["trainer-job.schema.json", "TrainerJob"],
  ["trainer-event.schema.json", "TrainerEvent"],
  ["run-record.schema.json", "RunRecord"],
  ...fs
    .readdirSync(path.join(schemas, "kinds"))
    .map((file) => [
      `kinds/${file}`,
      file.replace(".schema.json", "").replace(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase()) +
        "Params",
    ]),
];
const check = process.argv.includes("--check");
const folder = path.join(schemas, "generated");
fs.mkdirSync(folder, { recursive: true });
const options = await prettier.resolveConfig(path.join(folder, "any.ts"));
const stale = [];
for (const [file, name] of files) {
  const schema = { ...closed(read(file)), title: name };
  // Definitions of two schemas may share a name; their types must not.
  for (const [key, definition] of Object.entries(schema.$defs ?? {})) definition.title = `${name} ${key}`;
  const body = await compile(schema, name, {
    bannerComment: "",
    format: false,
    declareExternallyReferenced: true,
  });
  const banner = `// Generated from schemas/${file} by \`npm run generate\`. Do not edit.\n`;
  const text = await prettier.format(banner + body, { ...options, parser: "typescript" });
  const target = path.join(folder, path.basename(file).replace(".schema.json", ".ts"));
  if (fs.existsSync(target) && fs.readFileSync(target, "utf8") === text) continue;
  if (!check) fs.writeFileSync(target, text);
  stale.push(path.relative(root, target));
}
if (check && stale.length > 0) {
  console.error(
    `These types do not agree with their schemas: ${stale.join(", ")}. Run \`npm run generate\`.`,
  );
  process.exit(1);
}
