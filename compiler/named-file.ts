import path from "node:path";
import type { ValidateFunction } from "ajv";
import type { Code, Diagnostic } from "../schemas/diagnostic.ts";
import { checkStructure } from "./check-structure.ts";
import type { ReadText } from "./extend.ts";
import { Layers } from "./layers.ts";
import { valueAt, type Path } from "./mapping.ts";
import { codeOfUnread } from "./outside-error.ts";
import { parse } from "./parse.ts";

export interface NamedFile<T> {
  /** What the file holds; null without one, or when something is wrong with it. */
  value: T | null;
  /** Its own text, which knows where each value stands; null where that could not be read. */
  layers: Layers | null;
  diagnostics: Diagnostic[];
  /** Its text, by its place. */
  texts: Map<string, string>;
}

interface Naming<T> {
  /** Where the recipe names the file. */
  at: Path;
  validate: ValidateFunction<T>;
  /** Of a file that cannot be read. */
  code: Code;
  /** The file in the folder that the recipe names, where it names a folder. */
  within?: string;
  /** What it is, as the beginning of a sentence. */
  called: string;
}

/** A document that the recipe names by a path from the file that says it, which may be an extended one. */
export function readNamedFile<T>(
  recipe: Layers,
  file: string,
  read: ReadText,
  { at, validate, code, called, within = "" }: Naming<T>,
): NamedFile<T> {
  const named = valueAt(recipe.value, at);
  const texts = new Map<string, string>();
  if (typeof named !== "string" || named === "") return { value: null, layers: null, diagnostics: [], texts };
  const from = recipe.originsOf(at).at(-1)?.file ?? file;
  const place = path.join(path.isAbsolute(named) ? named : path.join(path.dirname(from), named), within);
  try {
    const text = read(place);
    texts.set(place, text);
    const { source, value, diagnostics } = parse(place, text);
    if (value === undefined) return { value: null, layers: null, diagnostics, texts };
    const layers = new Layers([{ source, label: place, prefix: [], base: [], value }]);
    const wrong = [...diagnostics, ...checkStructure(layers, validate, value)];
    return { value: wrong.length === 0 ? (value as T) : null, layers, diagnostics: wrong, texts };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const found = recipe.diagnostic(codeOfUnread(error, code), at, `${called} cannot be read: ${why}`);
    return { value: null, layers: null, diagnostics: [found], texts };
  }
}
