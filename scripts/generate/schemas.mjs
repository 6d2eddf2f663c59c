// The schemas that everything is generated from.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "schemas");

export const readSchema = (file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));

export const DOCUMENTS = [
  "recipe",
  "question",
  "data-report",
  "paper-tables",
  "trainer-job",
  "trainer-event",
  "run-record",
].map((name) => `${name}.schema.json`);

export const KINDS = fs.readdirSync(path.join(folder, "kinds")).map((file) => `kinds/${file}`);
