import type { Diagnostic, Place } from "../../schemas/diagnostic.ts";

const WIDEST = 160;

/**
 * Diagnostics for a person: place, sentence and code, the source line and an underline of the wrong part; then the
 * related places. `texts` has the text of each file.
 */
export function printDiagnostic(diagnostic: Diagnostic, texts: ReadonlyMap<string, string>): string {
  const { message, code, severity, related = [] } = diagnostic;
  const kind = severity === "warning" ? "warning: " : "";
  return [
    `${whereIs(diagnostic)}: ${kind}${message} [${code}]`,
    ...excerpt(diagnostic, texts),
    ...related.flatMap((other) => [`  ${whereIs(other)}: ${other.message}`, ...excerpt(other, texts)]),
  ].join("\n");
}

const whereIs = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

function excerpt(
  { file, line, column, endLine, endColumn }: Place,
  texts: ReadonlyMap<string, string>,
): string[] {
  const shown = lineOf(texts.get(file) ?? "", line);
  if (shown === undefined || shown.trim() === "") return [];
  const end = endLine === line ? endColumn - 1 : shown.trimEnd().length;
  // Of a very long line, the part around the place.
  const from = shown.length > WIDEST ? Math.max(0, column - 1 - WIDEST / 2) : 0;
  const part = shown.slice(from, from + WIDEST);
  // Tabs stay tabs, so that the underline stands under the text.
  const indent = part.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
  const width = Math.min(end, from + WIDEST) - (column - 1);
  return [`    ${part}`, `    ${indent}${"~".repeat(Math.max(1, width))}`];
}

/** A line of a text, counted from 1; not by splitting all of it. */
function lineOf(text: string, line: number): string | undefined {
  let start = 0;
  for (let at = 1; at < line; at++) {
    start = text.indexOf("\n", start) + 1;
    if (start === 0) return undefined;
  }
  const end = text.indexOf("\n", start);
  return text
    .slice(start, end < 0 ? text.length : end)
    .replace(/\r$/, "")
    .replace(/^\u{FEFF}/u, "");
}
