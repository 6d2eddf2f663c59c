import type { PaperTables } from "../schemas/generated/paper-tables.ts";
import type { ReadText } from "./extend.ts";
import type { Layers } from "./layers.ts";
import { readNamedFile, type NamedFile } from "./named-file.ts";
import { validateTables } from "../schemas/validators.ts";

/** The tables of the recipe's paper, from the file that it names; null without one. */
export const readTables = (recipe: Layers, file: string, read: ReadText): NamedFile<PaperTables> =>
  readNamedFile(recipe, file, read, {
    at: ["paper", "tables"],
    validate: validateTables(),
    code: "R0311",
    called: "The paper's tables",
  });
