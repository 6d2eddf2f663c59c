import { readFileSync } from "node:fs";
import path from "node:path";
import { buffer as readStream } from "node:stream/consumers";
import { KINDS } from "../activities/index.ts";
import { compile, type Compiled } from "../compiler/compile.ts";
import { compileWithProfiles } from "../compiler/compile-profiles.ts";
import { decodeUtf8, NotUtf8 } from "../core/decode.ts";
import type { Layers } from "../compiler/layers.ts";
import { codeOfUnread } from "../compiler/outside-error.ts";
import { printDiagnostic } from "../compiler/print/text.ts";
import { counted } from "../schemas/counted.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Plan } from "../schemas/plan.ts";
import { confinedPlace, confinement, linkThatLeadsOut } from "./confine.ts";
import { EXIT, UserError } from "./errors.ts";

/** How a command line changes a recipe. */
export interface RecipeOptions {
  profile?: string;
  /** `path=value` settings. */
  set?: string[];
  /** 'warnings' when they count as errors. */
  deny?: string;
  /** Folder outside of which the recipe may name no file. */
  confine?: string;
}

/**
 * Reads and compiles a recipe; `-` is standard input. What cannot be read is a diagnostic too. With `everyProfile` the
 * profiles that are not chosen are looked at as well.
 */
export async function compileFile(
  file: string,
  { profile, set = [], confine }: RecipeOptions,
  everyProfile = false,
): Promise<Compiled> {
  const name = file === "-" ? "stdin" : file;
  const folder = confinement(confine);
  const read = reader(folder);
  let text: string;
  try {
    text = file === "-" ? decode(await readStream(process.stdin), name) : read(file);
  } catch (error) {
    return unreadable(name, error as Error);
  }
  const given = { file: name, text, settings: set, read, kinds: KINDS };
  const compiled =
    everyProfile && profile === undefined
      ? compileWithProfiles(given)
      : compile({ ...given, profile: profile ?? null });
  return folder === null ? compiled : withoutInputsOutside(compiled, folder);
}

/** Reads files that a recipe names. */
const reader =
  (folder: string | null) =>
  (file: string): string =>
    readText(confinedPlace(file, folder), file);

/** Inputs that lie outside, or hold a link that leads there, are errors. */
function withoutInputsOutside(compiled: Compiled, folder: string): Compiled {
  const { plan, recipe } = compiled;
  if (plan === null || recipe === null) return compiled;
  const wrong = Object.entries(plan.inputs).flatMap(([name, { path: place }]) => {
    const out = linkThatLeadsOut(place, folder);
    if (out === null) return [];
    const message = `'${path.relative(process.cwd(), out) || out}' leads out of the folder that this recipe may read (--confine).`;
    return [recipe.diagnostic("R0412", ["inputs", name, "path"], message)];
  });
  return wrong.length === 0
    ? compiled
    : { ...compiled, plan: null, diagnostics: [...compiled.diagnostics, ...wrong] };
}

/** The plan of a recipe, or an error that prints every diagnostic. Warnings are printed and do not stop. */
export async function planOf(
  file: string,
  options: RecipeOptions,
): Promise<{ plan: Plan; recipe: Layers } & Pick<Compiled, "workloads" | "paper">> {
  const { plan, recipe, diagnostics, texts, workloads, paper } = await compileFile(file, options);
  if (plan === null || recipe === null || (options.deny === "warnings" && diagnostics.length > 0)) {
    throw invalid(diagnostics, texts);
  }
  if (diagnostics.length > 0) process.stderr.write(`${printAll(diagnostics, texts)}\n`);
  return { plan, recipe, workloads, paper };
}

/** An error that shows every finding, and says so in JSON as `validate` does. */
export const invalid = (diagnostics: Diagnostic[], texts: ReadonlyMap<string, string>): UserError =>
  new UserError(
    EXIT.invalid,
    `${printAll(diagnostics, texts)}\n${countOf(diagnostics)}; nothing was started.`,
    { valid: false, diagnostics },
  );

const printAll = (diagnostics: readonly Diagnostic[], texts: ReadonlyMap<string, string>): string =>
  diagnostics.map((diagnostic) => `${printDiagnostic(diagnostic, texts)}\n`).join("\n");

/** `2 errors, 1 warning`. */
export function countOf(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic["severity"]) => {
    const { length } = diagnostics.filter((diagnostic) => diagnostic.severity === severity);
    return length === 0 ? [] : [counted(length, severity)];
  };
  return [...count("error"), ...count("warning")].join(", ");
}

/** The text of a file, which is called `file` where it is another one. Throws an Error that says why it cannot be had. */
function readText(place: string, file: string): string {
  try {
    return decode(readFileSync(place), file);
  } catch (error) {
    throw new Error(reasonOf(error, file), { cause: error });
  }
}

function decode(bytes: Buffer, file: string): string {
  // UTF-16 has many, and says in its first bytes what it is.
  if (bytes.includes(0) && bytes[0] !== 0xff && bytes[0] !== 0xfe)
    throw new Error(`'${file}' is a binary file.`);
  return decodeUtf8(bytes, file);
}

function reasonOf(error: unknown, file: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ENOTDIR":
      return `There is no file '${file}'.`;
    case "EISDIR":
      return `'${file}' is a directory; give the path of a recipe file.`;
    case "EACCES":
      return `'${file}' may not be read.`;
    case "ERR_FS_FILE_TOO_LARGE":
    case "ERR_STRING_TOO_LONG":
      return `'${file}' is too large for a recipe.`;
    case undefined:
      return (error as Error).message;
    default:
      return `'${file}' cannot be read: ${(error as Error).message}.`;
  }
}

function unreadable(file: string, error: Error): Compiled {
  const code = codeOfUnread(error, "R0001");
  const wrong = [error, error.cause].find((one) => one instanceof NotUtf8);
  const { line, column } = wrong?.place ?? { line: 1, column: 1 };
  const place = { file, line, column, endLine: line, endColumn: column };
  const diagnostic: Diagnostic = { code, severity: "error", message: error.message, ...place, path: "" };
  return {
    plan: null,
    diagnostics: [diagnostic],
    texts: new Map(),
    recipe: null,
    workloads: new Map(),
    paper: null,
  };
}
