import { readFileSync } from "node:fs";
import { buffer as readStream } from "node:stream/consumers";
import { compile, type Compiled } from "../compiler/compile.ts";
import { compileWithProfiles } from "../compiler/compile-profiles.ts";
import { decodeUtf8, NotUtf8, type TextPlace } from "../compiler/decode.ts";
import type { Layers } from "../compiler/layers.ts";
import { printDiagnostic } from "../compiler/print/text.ts";
import { counted } from "../schemas/counted.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Plan } from "../schemas/plan.ts";
import { EXIT, UserError } from "./errors.ts";

/** How a command line changes a recipe. */
export interface RecipeOptions {
  profile?: string;
  /** `path=value` settings. */
  set?: string[];
  /** 'warnings' when they count as errors. */
  deny?: string;
}

/**
 * Reads and compiles a recipe; `-` is standard input. What cannot be read is a diagnostic too. With `everyProfile` the
 * profiles that are not chosen are looked at as well.
 */
export async function compileFile(
  file: string,
  { profile, set = [] }: RecipeOptions,
  everyProfile = false,
): Promise<Compiled> {
  const name = file === "-" ? "stdin" : file;
  let text: string;
  try {
    text = file === "-" ? decode(await readStream(process.stdin), name) : readText(file);
  } catch (error) {
    const { message, cause } = error as Error;
    const wrong = [error, cause].find((one) => one instanceof NotUtf8);
    return unreadable(name, message, wrong?.place);
  }
  const given = { file: name, text, settings: set, read: readText };
  return everyProfile && profile === undefined
    ? compileWithProfiles(given)
    : compile({ ...given, profile: profile ?? null });
}

/** The plan of a recipe, or an error that prints every diagnostic. Warnings are printed and do not stop. */
export async function planOf(
  file: string,
  options: RecipeOptions,
): Promise<{ plan: Plan; recipe: Layers; workloads: Compiled["workloads"] }> {
  const { plan, recipe, diagnostics, texts, workloads } = await compileFile(file, options);
  if (plan === null || recipe === null || (options.deny === "warnings" && diagnostics.length > 0)) {
    throw invalid(diagnostics, texts);
  }
  if (diagnostics.length > 0) process.stderr.write(`${printAll(diagnostics, texts)}\n`);
  return { plan, recipe, workloads };
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

/** The text of a file. Throws an Error that says why it cannot be had. */
export function readText(file: string): string {
  try {
    return decode(readFileSync(file), file);
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

function unreadable(
  file: string,
  message: string,
  { line, column }: TextPlace = { line: 1, column: 1 },
): Compiled {
  const place = { file, line, column, endLine: line, endColumn: column };
  const diagnostic: Diagnostic = { code: "R0001", severity: "error", message, ...place, path: "" };
  return { plan: null, diagnostics: [diagnostic], texts: new Map(), recipe: null, workloads: new Map() };
}
