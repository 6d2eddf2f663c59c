// The schemas that everything is generated from.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "schemas");

const read = (file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));

/** A schema; of a kind, with the parameters that it shares with others among its own. */
export function readSchema(file) {
  const { allOf, ...own } = read(file);
  if (!file.startsWith("kinds/") || allOf === undefined) return allOf === undefined ? own : { ...own, allOf };
  const shared = allOf.map(({ $ref }) => read(path.join("kinds", $ref)));
  return {
    ...own,
    properties: Object.assign({}, ...shared.map(({ properties }) => properties), own.properties),
    required: [...shared.flatMap(({ required }) => required), ...own.required],
  };
}

export const DOCUMENTS = [
  "recipe",
  "question",
  "data-report",
  "recorded-reply",
  "judgement",
  "paper-tables",
  "digests",
  "trainer-job",
  "trainer-event",
  "trainer-result",
  "run-record",
].map((name) => `${name}.schema.json`);

export const KINDS = fs.readdirSync(path.join(folder, "kinds")).map((file) => `kinds/${file}`);
