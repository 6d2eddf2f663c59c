import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { shortDigests } from "../core/show-value.ts";
import { screenWidth } from "./screen.ts";

// Drawing a table takes milliseconds a row; thousands of rows are read by programs, if at all.
const MOST_ROWS = 500;
const GAP = "  ";

interface Room {
  width?: number;
  /** Heads of columns that a narrow screen does without, the first one first. */
  spare?: readonly string[];
}

/**
 * A table with a line below its head, as wide as the screen at most: what can be spared is left out, then the widest columns are
 * wrapped, between words where that is enough. Digests are short, and a column that nothing stands in is left out. One of more
 * than 500 rows is lines with tabs.
 */
export function drawTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width = screenWidth(), spare = [] }: Room = {},
): string {
  const filled = head.flatMap((_, index) => (rows.some((row) => row[index] !== "") ? [index] : []));
  if (filled.length === 0) return "";
  const drop = spare.find((name) => filled.some((index) => head[index] === name));
  const all = [head, ...rows];
  if (drop !== undefined && rows.length <= MOST_ROWS && widthOf(all, filled) > width) {
    const kept = filled.filter((index) => head[index] !== drop);
    const without = all.map((row) => kept.map((index) => row[index]!));
    return drawTable(without[0]!, without.slice(1), { width, spare });
  }
  const lines = all.map((row) => filled.map((index) => shortDigests(row[index]!)));
  if (rows.length > MOST_ROWS)
    return lines.map((row) => row.map((cell) => cell.replaceAll("\n", "; ")).join("\t")).join("\n");
  const widths = fit(
    filled.map((_, index) => lines.map((row) => row[index]!)),
    width - GAP.length * (filled.length - 1),
  );
  const cells = lines.map((row) => row.map((cell, index) => wrapped(cell, widths[index]!)));
  const shown = widths.map((_, index) =>
    Math.max(...cells.flatMap((row) => row[index]!.map((line) => stringWidth(line)))),
  );
  const [first, ...others] = cells.map((row) => drawRow(row, shown));
  return [first, shown.map((wide) => "─".repeat(wide)).join(GAP), ...others].join("\n");
}

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** Most cells fit as they are. */
const wrapped = (cell: string, width: number): string[] =>
  cell.length <= width && PLAIN.test(cell) ? [cell] : wrapAnsi(cell, width, { hard: true }).split("\n");

/** A row of cells, each of one line or more. */
const drawRow = (cells: readonly (readonly string[])[], widths: readonly number[]): string =>
  Array.from({ length: Math.max(...cells.map((lines) => lines.length)) }, (_, line) =>
    cells
      .map((lines, index) => padded(lines[line] ?? "", widths[index]!))
      .join(GAP)
      .trimEnd(),
  ).join("\n");

const padded = (text: string, width: number): string => text + " ".repeat(width - stringWidth(text));

/** The width of the widest line of a cell, or of its widest word. */
const widest = (cells: readonly string[], by: RegExp): number =>
  Math.max(
    1,
    ...cells.flatMap((cell) =>
      shortDigests(cell)
        .split(by)
        .map((part) => stringWidth(part)),
    ),
  );

const widthOf = (rows: readonly (readonly string[])[], columns: readonly number[]): number =>
  sum(
    columns.map((index) =>
      widest(
        rows.map((row) => row[index]!),
        /\n/,
      ),
    ),
  ) +
  GAP.length * (columns.length - 1);

/** The width of each column of cells, so that all fit into a room: words are broken only where they must be. */
function fit(columns: readonly (readonly string[])[], room: number): number[] {
  const whole = columns.map((cells) => widest(cells, /\n/));
  const words = columns.map((cells) => widest(cells, /\s+/));
  for (let longest = Math.max(...words); ; longest--) {
    const least = words.map((word) => Math.min(word, longest));
    const given = capped(whole, least, room);
    if (sum(given) <= room || longest <= 1) return given;
  }
}

/** Widths under the highest cap with which they fit; none goes below its least. */
function capped(widths: readonly number[], least: readonly number[], room: number): number[] {
  for (let cap = Math.max(...widths); ; cap--) {
    const given = widths.map((width, index) => Math.max(least[index]!, Math.min(width, cap)));
    if (sum(given) <= room || cap <= 1) return given;
  }
}

const sum = (widths: readonly number[]): number => widths.reduce((all, width) => all + width, 0);
