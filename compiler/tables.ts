import path from "node:path";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { PaperTables } from "../schemas/generated/paper-tables.ts";
import { checkStructure } from "./check-structure.ts";
import type { ReadText } from "./extend.ts";
import { Layers } from "./layers.ts";
import { parse } from "./parse.ts";
import { validateTables } from "./validators.ts";
import { isMapping } from "./mapping.ts";

/** The tables of the recipe's paper, from the file that it names; null without one. */
export function readTables(
  recipe: Layers,
  file: string,
  read: ReadText,
): { tables: PaperTables | null; diagnostics: Diagnostic[]; texts: Map<string, string> } {
  const paper = recipe.value["paper"];
  const named = isMapping(paper) ? paper["tables"] : undefined;
  const texts = new Map<string, string>();
  if (typeof named !== "string" || named === "") return { tables: null, diagnostics: [], texts };
  // Counted from the file that names it, which may be an extended one.
  const from = recipe.originsOf(["paper", "tables"]).at(-1)?.file ?? file;
  const place = path.isAbsolute(named) ? named : path.join(path.dirname(from), named);
  try {
    const text = read(place);
    texts.set(place, text);
    const parsed = parse(place, text);
    if (parsed.value === undefined) return { tables: null, diagnostics: parsed.diagnostics, texts };
    const layers = new Layers([
      { source: parsed.source, label: place, prefix: [], base: [], value: parsed.value },
    ]);
    const wrong = [...parsed.diagnostics, ...checkStructure(layers, validateTables(), parsed.value)];
    return {
      tables: wrong.length === 0 ? (parsed.value as unknown as PaperTables) : null,
      diagnostics: wrong,
      texts,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const found = recipe.diagnostic(
      "R0311",
      ["paper", "tables"],
      `The paper's tables cannot be read: ${why}`,
    );
    return { tables: null, diagnostics: [found], texts };
  }
}
