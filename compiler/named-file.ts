import path from "node:path";
import type { ValidateFunction } from "ajv";
import type { Code, Diagnostic } from "../schemas/diagnostic.ts";
import { checkStructure } from "./check-structure.ts";
import type { ReadText } from "./extend.ts";
import { Layers } from "./layers.ts";
import { valueAt, type Path } from "./mapping.ts";
import { codeOfUnread } from "./outside-error.ts";
import { parse } from "./parse.ts";
import { folderSaying } from "./said-in.ts";

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
  /** What it is, as the beginning of a sentence. */
  called: string;
  /** How it begins. */
  begin: string;
}

/** A document that the recipe names by a path from the file that says it, which may be an extended one. */
export function readNamedFile<T>(
  recipe: Layers,
  file: string,
  read: ReadText,
  { at, validate, code, called, begin }: Naming<T>,
): NamedFile<T> {
  const named = valueAt(recipe.value, at);
  if (typeof named !== "string" || named === "")
    return { value: null, layers: null, diagnostics: [], texts: new Map() };
  const place = path.isAbsolute(named) ? named : path.join(folderSaying(recipe, at, file), named);
  try {
    return readDocument(place, read(place), { validate, begin });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const found = recipe.diagnostic(codeOfUnread(error, code), at, `${called} cannot be read: ${why}`);
    return { value: null, layers: null, diagnostics: [found], texts: new Map() };
  }
}

/** A document of its own: its value if the schema allows it, and what is wrong with it. */
export function readDocument<T>(
  place: string,
  text: string,
  { validate, begin }: Pick<Naming<T>, "validate" | "begin">,
): NamedFile<T> {
  const texts = new Map([[place, text]]);
  const { source, value, diagnostics } = parse(place, text, { called: "It", begin });
  if (value === undefined) return { value: null, layers: null, diagnostics, texts };
  const layers = new Layers([{ source, label: place, prefix: [], base: [], value }], null, "the file");
  const wrong = [...diagnostics, ...checkStructure(layers, validate, value)];
  return { value: wrong.length === 0 ? (value as T) : null, layers, diagnostics: wrong, texts };
}
