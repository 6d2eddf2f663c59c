import { printDiagnostic } from "../compiler/print/text.ts";
import { counted } from "../schemas/counted.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";

interface Findings {
  diagnostics: readonly Diagnostic[];
  /** What they point into, by file. */
  texts: ReadonlyMap<string, string>;
}

/** Prints the warnings of a recipe that can be run all the same. */
export function showFindings({ diagnostics, texts }: Findings): void {
  if (diagnostics.length > 0) process.stderr.write(`${printAll(diagnostics, texts)}\n`);
}

/** Every finding, with the lines that it points at. */
export const printAll = (diagnostics: readonly Diagnostic[], texts: ReadonlyMap<string, string>): string =>
  diagnostics.map((diagnostic) => `${printDiagnostic(diagnostic, texts)}\n`).join("\n");

/** `2 errors, 1 warning`. */
export function countOf(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic["severity"]) => {
    const { length } = diagnostics.filter((diagnostic) => diagnostic.severity === severity);
    return length === 0 ? [] : [counted(length, severity)];
  };
  return [...count("error"), ...count("warning")].join(", ");
}
