import { isMap, isScalar, visit, type Scalar } from "yaml";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { Source } from "./source.ts";

const MOST_ALIASES = 100;

/** Text to a document with positions. Syntax errors become diagnostics. */
export function parse(file: string, text: string): { source: Source; diagnostics: Diagnostic[] } {
  const source = new Source(file, text);
  const syntax = source.document.errors.map((error) =>
    source.at("R0002", error.pos[0], error.pos[1], `${error.message.replace(/\.?$/, "")}.`),
  );
  if (syntax.length > 0) return { source, diagnostics: syntax };
  if (!isMap(source.document.contents)) {
    const what =
      source.document.contents === null ? "The file is empty" : "A recipe is a mapping of keys to values";
    return {
      source,
      diagnostics: [source.at("R0003", 0, 0, `${what}. Start with 'recipe: 1', 'name:' and 'steps:'.`)],
    };
  }
  return { source, diagnostics: unusable(source) };
}

/** What YAML allows and a recipe cannot hold: numbers that are none, and keys that every object has. */
function unusable(source: Source): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  visit(source.document, {
    Scalar: (_, { value, range }) => {
      if (typeof value !== "number" || Number.isFinite(value)) return;
      diagnostics.push(
        source.at("R0104", range![0], range![1], `${value} is no number that a recipe can hold.`),
      );
    },
    Pair: (_, { key }) => {
      if (!isScalar(key) || typeof key.value !== "string" || !(key.value in {})) return;
      const [start, end] = (key as Scalar.Parsed).range;
      diagnostics.push(source.at("R0101", start, end, `'${key.value}' cannot be a key.`));
    },
  });
  return diagnostics;
}

/** The document as plain values. Aliases are bounded, so that a few bytes cannot fill the memory. */
export function valueOf(source: Source): { value: unknown; diagnostics: Diagnostic[] } {
  try {
    return { value: source.document.toJS({ maxAliasCount: MOST_ALIASES }), diagnostics: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, diagnostics: [source.at("R0002", 0, 0, `${message}.`)] };
  }
}
