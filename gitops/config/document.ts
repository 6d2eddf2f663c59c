import type { ValidateFunction } from "ajv";
import { checkStructure } from "../../compiler/check-structure.ts";
import { sorted } from "../../compiler/compile.ts";
import { Layers } from "../../compiler/layers.ts";
import { parse, type Form as Words } from "../../compiler/parse.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";

/** A file of GitOps, read. */
export interface ReadConfig<T> {
  /** Null when there is an error. */
  value: T | null;
  diagnostics: Diagnostic[];
  /** What findings point into, by file. */
  texts: ReadonlyMap<string, string>;
}

interface Form<Written, T> {
  expected: Words;
  /** What it is called within a sentence. */
  whole: string;
  /** Writes defaults into what it checks. */
  validate: ValidateFunction<Written>;
  /** What no schema can say. */
  check: (value: Written, layers: Layers) => Diagnostic[];
  take: (value: Written) => T;
}

/** Reads and checks a document of one form; all findings at once. */
export function readDocument<Written, T>(
  file: string,
  text: string,
  { expected, whole, validate, check, take }: Form<Written, T>,
): ReadConfig<T> {
  const texts = new Map([[file, text]]);
  const { source, value, diagnostics } = parse(file, text, expected);
  if (value === undefined) return { value: null, diagnostics: sorted(diagnostics), texts };
  const layers = new Layers([{ source, label: file, prefix: [], base: [], value }], null, whole);
  const wrong = [...diagnostics, ...checkStructure(layers, validate, value)];
  // What has the wrong form cannot be looked into.
  if (wrong.length === 0) wrong.push(...check(value as Written, layers));
  return { value: wrong.length === 0 ? take(value as Written) : null, diagnostics: sorted(wrong), texts };
}
