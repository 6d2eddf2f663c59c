import { printable } from "./escape.ts";

/**
 * What comes from a repository stands in comments as code only: there no forge reads markup, mentions, references or links.
 * Cut at `most` characters.
 */
export function codeSpan(text: string, most = 100): string {
  const shown = printable(text, most).trim();
  if (shown === "") return "` `";
  const fence = "`".repeat(longestRun(shown) + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** As `codeSpan`, in a cell of a table: forges differ in how a bar is written there. */
export const codeCell = (text: string, most = 100): string =>
  codeSpan(text.replaceAll("|", String.raw`\u{7c}`), most);

/** As `codeSpan`, where Markdown is not read: in a summary. */
export const codeTag = (text: string, most = 100): string =>
  `<code>${printable(text, most).replace(/[&<>"'`*_[\]~\\@#]/g, (sign) => `&#${sign.codePointAt(0)};`)}</code>`;

/** Lines as they are. */
export function codeBlock(lines: readonly string[], most = 400): string {
  const shown = lines.map((line) => printable(line, most));
  const fence = "`".repeat(Math.max(3, longestRun(shown.join("\n")) + 1));
  return [`${fence}text`, ...shown, fence].join("\n");
}

/** `summary`: Markdown is not read in it. */
export const folded = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;

export const tableRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
