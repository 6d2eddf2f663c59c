import { readFile } from "node:fs/promises";
import { compile, type Compiled } from "../compiler/compile.ts";
import { printDiagnostic } from "../compiler/print-diagnostic.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Plan } from "../schemas/plan.ts";
import { EXIT, UserError } from "./errors.ts";

/** Reads and compiles a recipe. What cannot be read is a diagnostic too. */
export async function compileFile(
  file: string,
  profile: string | null,
): Promise<{ text: string; compiled: Compiled }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return { text: "", compiled: unreadable(file, reasonOf(error, file)) };
  }
  const text = new TextDecoder("utf-8", { fatal: false, ignoreBOM: false }).decode(bytes);
  if (text.includes("\u0000")) return { text: "", compiled: unreadable(file, `'${file}' is a binary file.`) };
  return { text, compiled: compile({ file, text, profile }) };
}

/** The plan of a recipe, or an error that prints every diagnostic. */
export async function planOf(file: string, profile: string | null): Promise<{ plan: Plan; text: string }> {
  const { text, compiled } = await compileFile(file, profile);
  if (compiled.ok) return { plan: compiled.plan, text };
  const count = compiled.diagnostics.length;
  const printed = compiled.diagnostics.map((diagnostic) => printDiagnostic(diagnostic, text)).join("\n\n");
  throw new UserError(
    EXIT.invalid,
    `${printed}\n\n${count} ${count === 1 ? "error" : "errors"}; nothing was started.`,
  );
}

function reasonOf(error: unknown, file: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return `There is no file '${file}'.`;
    case "EISDIR":
      return `'${file}' is a directory; give the path of a recipe file.`;
    case "EACCES":
      return `'${file}' may not be read.`;
    default:
      return `'${file}' cannot be read: ${(error as Error).message}.`;
  }
}

function unreadable(file: string, message: string): Compiled {
  const place: Omit<Diagnostic, "message"> = {
    code: "R0001",
    severity: "error",
    file,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
    path: "",
  };
  return { ok: false, diagnostics: [{ ...place, message }] };
}
