// The schemas that everything is generated from.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));

/** A schema by its path in the repository; of a kind, with the parameters that it shares with others among its own. */
export function readSchema(file) {
  const { allOf, ...own } = read(file);
  if (!isOfKind(file) || allOf === undefined) return allOf === undefined ? own : { ...own, allOf };
  const shared = allOf.map(({ $ref }) => read(path.join(path.dirname(file), $ref)));
  return {
    ...own,
    properties: Object.assign({}, ...shared.map(({ properties }) => properties), own.properties),
    required: [...shared.flatMap(({ required }) => required), ...own.required],
  };
}

export const isOfKind = (file) => file.startsWith("activities/");

/** The recipe's schema, with the names of the kinds. */
export function readRecipe() {
  const recipe = readSchema("schemas/recipe.schema.json");
  const { properties } = recipe.$defs.step;
  const { description } = properties.uses;
  properties.uses = {
    description,
    anyOf: [{ enum: namesOfKinds() }, { type: "string", pattern: "^\\.{1,2}(/|$)" }],
  };
  return recipe;
}

export const DOCUMENTS = [
  "recipe",
  "question",
  "data-report",
  "recorded-reply",
  "judgement",
  "paper-tables",
  "digests",
  "kind",
  "kind-job",
  "trainer-job",
  "trainer-event",
  "trainer-result",
  "trainer-host",
  "run-record",
  "gitops-server",
  "gitops-repository",
].map((name) => `schemas/${name}.schema.json`);

/** Parameters that several kinds share. */
export const SHARED = ["schemas/shared/api.schema.json"];

/** The schema of every kind, by the names of their folders. */
export const KINDS = fs
  .readdirSync(path.join(root, "activities"))
  .map((folder) => `activities/${folder}/schema.json`)
  .filter((file) => fs.existsSync(path.join(root, file)));

/** The names of the kinds, in the order of the registry. */
const namesOfKinds = () =>
  [
    ...fs
      .readFileSync(path.join(root, "activities/index.ts"), "utf8")
      .matchAll(/from "\.\/([a-z-]+)\/kind\.ts"/g),
  ].map(([, folder]) => folder.replace("-", "/"));
