import { parse } from "csv-parse/sync";

/** A row of a paper's table, as printed. */
export interface TableRow {
  row: string;
  printed: string | number | boolean;
}

/** A text that is no table of names and values; the message says why, and what to do. */
export class TableError extends Error {}

const NUMBER = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const MOST_ROWS = 500;

/**
 * The rows of a table in CSV (with commas, semicolons or tabs): the first line names the columns, the first column the rows, and
 * `column` says which other one counts where there are several. Throws TableError.
 */
export function readTable(text: string, column: string | undefined): TableRow[] {
  const [head, ...lines] = linesOf(text);
  if (head === undefined || lines.length === 0)
    throw new TableError("It has no row: the first line names the columns, such as 'row,value'.");
  if (lines.length > MOST_ROWS)
    throw new TableError(`It has ${lines.length} rows; ${MOST_ROWS} can be read.`);
  if (head.slice(1).some((cell) => NUMBER.test(cell)))
    throw new TableError(
      `Its first line has values ('${head.join(", ")}'). Put a line that names the columns above it, such as 'row,value'.`,
    );
  const at = indexOf(head, column);
  return lines.flatMap((cells) => {
    const [row = "", value = ""] = [cells[0], cells[at]];
    return row === "" || value === "" ? [] : [{ row, printed: valueOf(value) }];
  });
}

function linesOf(text: string): string[][] {
  const [first = ""] = text.split("\n", 1);
  const delimiter = ["\t", ";", ","].find((one) => first.includes(one));
  if (delimiter === undefined)
    throw new TableError(
      "Its first line has one column. Write names and values in CSV, such as 'row,value'.",
    );
  try {
    return parse(text, { delimiter, bom: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    throw new TableError(`It is no CSV: ${(error as Error).message}.`);
  }
}

function indexOf(head: readonly string[], column: string | undefined): number {
  const others = head.slice(1);
  if (column === undefined && others.length === 1) return 1;
  const at = column === undefined ? -1 : others.indexOf(column);
  if (at >= 0) return at + 1;
  const which = column === undefined ? "It has several columns" : `It has no column '${column}'`;
  throw new TableError(`${which}: ${others.join(", ")}. Name the one that counts by --column.`);
}

function valueOf(cell: string): TableRow["printed"] {
  if (NUMBER.test(cell)) return Number(cell);
  return cell === "true" || cell === "false" ? cell === "true" : cell;
}
