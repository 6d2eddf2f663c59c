import type { PaperTables } from "../../schemas/generated/paper-tables.ts";
import { validateTables } from "../../schemas/validators.ts";
import type { ReadText } from "../extend.ts";
import type { Layers } from "../layers.ts";
import { isMapping, valueAt } from "../mapping.ts";
import { readNamedFile, type NamedFile } from "../named-file.ts";
import { checkTables } from "./check-tables.ts";

/**
 * The tables of the recipe's paper, from the file that it names; null without one. What is wrong with a table in itself is
 * told, and does not hide what a recipe has of the others.
 */
export function readTables(recipe: Layers, file: string, read: ReadText): NamedFile<PaperTables> {
  const at = ["paper", "tables"];
  const found = readNamedFile<PaperTables>(recipe, file, read, {
    at: isMapping(valueAt(recipe.value, at)) ? [...at, "file"] : at,
    validate: validateTables(),
    code: "R0311",
    called: "The paper's tables",
    begin: "'paper_tables: 2', 'source:' and 'tables:'",
  });
  const { value, layers } = found;
  if (layers?.value["paper_tables"] === 1) return { ...found, diagnostics: [olderForm(layers)] };
  if (value === null || layers === null) return found;
  return { ...found, diagnostics: checkTables(layers, value) };
}

const olderForm = (layers: Layers) =>
  layers.diagnostic(
    "R0311",
    ["paper_tables"],
    "These tables have the first form. In the second (paper_tables: 2) a table names its steps instead of a kind, and each row its parameter: docs/papers.md.",
    { suggestion: "2" },
  );
