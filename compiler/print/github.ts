import type { Diagnostic } from "../../schemas/diagnostic.ts";

/** A diagnostic as a command that GitHub Actions turns into an annotation of the changed file. */
export function githubAnnotation({
  severity,
  file,
  line,
  endLine,
  column,
  endColumn,
  code,
  message,
}: Diagnostic): string {
  const place = { file, line, endLine, col: column, endColumn, title: `Reprise ${code}` };
  const properties = Object.entries(place).map(
    ([name, value]) => `${name}=${escape(String(value)).replaceAll(",", "%2C").replaceAll(":", "%3A")}`,
  );
  return `::${severity} ${properties.join(",")}::${escape(message)}`;
}

const escape = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
