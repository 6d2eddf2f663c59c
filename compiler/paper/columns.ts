import type { PaperTablesTable } from "../../schemas/generated/paper-tables.ts";
import type { Path } from "../mapping.ts";
import type { Scalar, Values } from "../matrix.ts";

/** One column of a table. */
export interface Column {
  /** Its head, as printed. */
  column: string | number;
  /** The value of the matrix key that it stands for. */
  value: Scalar;
  /** Where its head stands below `columns`. */
  at: Path;
}

/** A table's columns in the paper's order; none where it has but one value a row. */
export const columnsOf = ({ columns }: Partial<PaperTablesTable>): Column[] =>
  (columns ?? []).map((column, index) =>
    typeof column === "object"
      ? { ...column, at: [index, "column"] }
      : { column, value: column, at: [index] },
  );

/** The matrix key whose values a table's columns are; undefined without columns. */
export const columnKey = ({ by }: Partial<PaperTablesTable>): string | undefined =>
  by?.slice("matrix.".length);

/** Whether a cell of a matrix is the one that a column is about; a number is the same however it is written. */
export function isAbout({ value }: Column, matrix: Values, key: string): boolean {
  const own = Object.hasOwn(matrix, key) ? matrix[key] : undefined;
  return own !== undefined && (own === value || String(own) === String(value));
}
