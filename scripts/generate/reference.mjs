// docs/recipe-reference.md: every key of a recipe and every parameter of every kind, from the schemas.
import { importTypeScript } from "./import-typescript.mjs";
import { KINDS, readRecipe, readSchema } from "./schemas.mjs";

const { cell, kindPage, rangeOf, typeOf } = await importTypeScript("compiler/print/kind-page.ts");
const recipe = readRecipe();

function keysTable({ properties, required = [] }) {
  const rows = Object.entries(properties).map(
    ([name, schema]) =>
      `| \`${name}\`${required.includes(name) ? " (required)" : ""} | ${typeOf(schema)}${rangeOf(schema)} | ${cell(schema.description ?? defOf(schema)?.description)} ${examples(schema)} |`,
  );
  return ["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

const defOf = ({ $ref }) => ($ref ? recipe.$defs[$ref.split("/").at(-1)] : undefined);
const examples = ({ examples: given = [] }) =>
  given.length > 0 ? `For example ${given.map((example) => `\`${cell(example)}\``).join(", ")}.` : "";

/** Keys that are mappings of their own. */
function nested(name, { properties }) {
  return Object.entries(properties)
    .filter(([, schema]) => schema.properties)
    .map(([key, schema]) => `#### ${name}.${key}\n\n${keysTable(schema)}`);
}

export function reference() {
  const { $defs } = recipe;
  const definitions = Object.entries($defs).filter(
    ([, definition]) => definition.properties && !definition.additionalProperties,
  );
  const free = Object.entries($defs).filter(([, definition]) => definition.additionalProperties);
  return [
    "<!-- Generated from schemas/ by `npm run generate`. Do not edit. -->",
    "# Recipe reference",
    "Every key of a recipe, and every parameter of every step kind. [language.md](language.md) explains how they work together, [diagnostics.md](diagnostics.md) what can go wrong. Keys that begin with `x-` are yours. Mappings are closed: any other key is an error.",
    "## Recipe",
    keysTable(recipe),
    ...nested("recipe", recipe),
    ...definitions.flatMap(([name, definition]) => [
      `### ${name}`,
      definition.description,
      keysTable(definition),
      ...nested(name, definition),
    ]),
    ...free.map(([name, { description }]) => `### ${name}\n\n${description}`),
    "## Step kinds",
    "`affects` says what a change of the parameter means: `result` and `resume` make the step run again, `performance` and `naming` do not.",
    ...KINDS.map((file) => kindPage(readSchema(file))),
  ].join("\n\n");
}
