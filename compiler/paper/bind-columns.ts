import type { PaperTablesTable } from "../../schemas/generated/paper-tables.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { closest } from "../../core/suggest.ts";
import type { Layers } from "../layers.ts";
import type { Path } from "../mapping.ts";
import type { Cell, WrittenStep } from "../written-steps.ts";
import { columnKey, columnsOf, isAbout, type Column } from "./columns.ts";

/** A step that a table is about. */
export interface BoundCell {
  cell: Cell;
  /** The names by which the table means it. */
  names: readonly string[];
  /** The column that it stands in; null in a table without columns. */
  column: Column | null;
}

interface Bound {
  cells: BoundCell[];
  /** Cells that no column is about. */
  alone: Cell[];
  diagnostics: Diagnostic[];
}

/** Finds the column of each cell: the one that stands for its value of the table's matrix key. */
export function bindColumns(
  file: Layers,
  table: PaperTablesTable,
  named: ReadonlyMap<Cell, string[]>,
  path: Path,
): Bound {
  const key = columnKey(table);
  const columns = columnsOf(table);
  const cells = [...named].map(([cell, names]) => ({ cell, names, column: null }));
  const diagnostics: Diagnostic[] = [];
  if (key === undefined) return { cells, alone: [], diagnostics };
  const without = new Set(cells.map(({ cell }) => cell.written).filter(({ keys }) => !keys.includes(key)));
  for (const written of without)
    diagnostics.push(file.diagnostic("R0315", [...path, "by"], ...unknownKey(written, key)));
  const matched = cells
    .filter(({ cell }) => !without.has(cell.written))
    .map((one) => ({
      ...one,
      column: columns.find((column) => isAbout(column, one.cell.matrix, key)) ?? null,
    }));
  const left = columns.filter((column) => matched.every((one) => one.column !== column));
  const alone = matched.filter(({ column }) => column === null).map(({ cell }) => cell);
  // Cells without a column are the recipe's own, and columns without a cell are not reproduced; both at once is a typo.
  if (alone.length > 0) {
    const values = [...new Set(alone.map(({ matrix }) => String(matrix[key])))];
    for (const column of left) diagnostics.push(unknownColumn(file, column, { key, values, path }));
  }
  return {
    cells: matched.filter(({ column }) => column !== null),
    alone,
    diagnostics,
  };
}

function unknownKey(
  { id, keys }: WrittenStep,
  key: string,
): [message: string, more: { suggestion?: string | undefined }] {
  const near = closest(key, keys);
  const has = keys.length === 0 ? "It has no matrix." : `Its keys: ${keys.join(", ")}.`;
  const hint = near === undefined ? has : `Did you mean 'matrix.${near}'?`;
  return [
    `The columns are values of matrix.${key}, which '${id}' does not have. ${hint}`,
    { suggestion: near && `matrix.${near}` },
  ];
}

function unknownColumn(
  file: Layers,
  { column, value, at }: Column,
  { key, values, path }: { key: string; values: string[]; path: Path },
): Diagnostic {
  const near = closest(String(value), values);
  const is = column === value ? `'${column}'` : `'${column}' (${String(value)})`;
  const hint =
    near === undefined
      ? `Without a column are: ${values.join(", ")}. Write { column: ${column}, value: <the matrix's value> }; where the paper has no column for those, bind the table to the cells that it has: steps: ["<step>[${key}=…]"].`
      : `Did you mean '${near}'? Write { column: ${column}, value: ${near} }.`;
  return file.diagnostic(
    "R0315",
    [...path, "columns", ...at],
    `No value of matrix.${key} is ${is}. ${hint}`,
    {
      suggestion: near && `{ column: ${column}, value: ${near} }`,
    },
  );
}
