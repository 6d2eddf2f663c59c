import Table from "cli-table3";

// Drawing a table takes milliseconds a row; thousands of rows are read by programs, if at all.
const MOST_ROWS = 500;

/** A table with its head; one of more than 500 rows as lines with tabs. */
export function drawTable(head: string[], rows: string[][], compact = false): string {
  if (rows.length > MOST_ROWS)
    return [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("\n", "; ")).join("\t")).join("\n");
  const table = new Table({ head, style: { head: [], border: [], compact } });
  table.push(...rows);
  return table.toString();
}
