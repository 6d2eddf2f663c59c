// docs/recipe-reference.md: every key of a recipe and every parameter of every kind, from the schemas.
import { importTypeScript } from "./import-typescript.mjs";
import { KINDS, readRecipe, readSchema } from "./schemas.mjs";

const { cell, code, kindPage, prose, rangeOf, typeOf } = await importTypeScript(
  "compiler/print/kind-page.ts",
);
const recipe = readRecipe();

function keysTable({ properties, required = [] }, $defs = recipe.$defs) {
  const rows = Object.entries(properties).map(
    ([name, schema]) =>
      `| \`${name}\`${required.includes(name) ? " (required)" : ""} | ${typeOf(schema)}${rangeOf(schema)} | ${cell(prose(schema.description ?? defOf(schema, $defs)?.description))}${defaultOf(schema)} ${examples(schema)} |`,
  );
  return ["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

const defOf = ({ $ref }, $defs) => ($ref ? $defs[$ref.split("/").at(-1)] : undefined);
/** Of a plain value; a mapping's are those of its keys. */
const defaultOf = ({ default: value }) =>
  value === undefined || JSON.stringify(value) === "{}" ? "" : ` Default: ${code(value)}.`;
const examples = ({ examples: given = [] }) =>
  given.length > 0 ? `For example ${given.map((example) => `\`${cell(example)}\``).join(", ")}.` : "";

/** Keys that are mappings of their own. */
function nested(name, { properties }) {
  return Object.entries(properties)
    .filter(([, schema]) => schema.properties)
    .map(([key, schema]) => `#### ${name}.${key}\n\n${keysTable(schema)}`);
}

/** docs/gitops-reference.md: every key of the two files of GitOps. */
export function gitopsReference() {
  const files = [
    ["The server's file", "schemas/gitops-server.schema.json"],
    ["The repository's file", "schemas/gitops-repository.schema.json"],
  ];
  return [
    "<!-- Generated from schemas/ by `npm run generate`. Do not edit. -->",
    "# Reference of the files of GitOps",
    "Every key of both files; [gitops.md](gitops.md) explains them. Keys that begin with `x-` are yours, where a mapping is a repository, a pipeline or the whole file. Mappings are closed: any other key is an error.",
    ...files.flatMap(([title, file]) => {
      const { $defs, ...whole } = readSchema(file);
      const mappings = Object.entries($defs).filter(([, definition]) => definition.properties);
      const words = Object.entries($defs).filter(([, definition]) => !definition.properties);
      return [
        `## ${title}`,
        prose(whole.description),
        keysTable(whole, $defs),
        ...mappings.flatMap(([name, definition]) => [
          `### ${name}`,
          prose(definition.description),
          keysTable(definition, $defs),
          ...nested(name, definition),
        ]),
        ...words.flatMap(([name, definition]) => [
          `### ${name}`,
          [
            prose(definition.description),
            definition.enum ? `One of ${typeOf(definition)}.` : "",
            examples(definition),
          ]
            .filter(Boolean)
            .join(" "),
        ]),
      ];
    }),
  ].join("\n\n");
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
      prose(definition.description),
      keysTable(definition),
      ...nested(name, definition),
    ]),
    ...free.map(([name, { description }]) => `### ${name}\n\n${prose(description)}`),
    "## Step kinds",
    "`affects` says what a change of the parameter means: `result` and `resume` make the step run again, `performance` and `naming` do not.",
    ...KINDS.map((file) => kindPage(readSchema(file))),
  ].join("\n\n");
}
