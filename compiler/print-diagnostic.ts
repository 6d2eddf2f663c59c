import type { Diagnostic } from "../schemas/diagnostic.ts";

/** A diagnostic for a person: place, sentence, code, the source line and an underline of the wrong part. */
export function printDiagnostic(diagnostic: Diagnostic, text: string): string {
  const { file, line, column, endLine, endColumn, message, code, related = [] } = diagnostic;
  const shown = text.split(/\r?\n/)[line - 1];
  const lines = [`${file}:${line}:${column}: ${message} [${code}]`];
  if (shown !== undefined && shown.trim() !== "") {
    const width = endLine === line ? endColumn - column : shown.length - column + 1;
    // Tabs stay tabs, so that the underline stands under the text.
    const indent = shown.slice(0, column - 1).replace(/[^\t]/g, " ");
    lines.push(`    ${shown}`, `    ${indent}${"~".repeat(Math.max(1, width))}`);
  }
  for (const other of related) lines.push(`  ${file}:${other.line}:${other.column}: ${other.message}`);
  return lines.join("\n");
}
