import { groupBy } from "../../core/group-by.ts";
import { showValue } from "../../core/show-value.ts";
import type { ConformRow } from "./compare-row.ts";
import type { Conformity, ConformTable } from "./conform.ts";
import { isSame } from "./paper-value.ts";

/** A step's parameter to which rows of a paper give different values. */
export interface Disagreement {
  step: string;
  parameter: string;
  rows: ConformRow[];
  /** Where each of the rows stands. */
  places: string[];
  /** Whether the recipe has one of the values. */
  settled: boolean;
}

/** Where a row stands, in words. */
export const placeOf = ({ table, column }: ConformTable, { row }: ConformRow): string =>
  `${table}${column === null ? "" : `, ${column}`}: ${row}`;

/** What the paper prints, with its unit. */
export const printedOf = ({ printed, unit }: ConformRow): string =>
  unit === null || String(printed).endsWith(unit) ? showValue(printed) : `${showValue(printed)} ${unit}`;

/** Where the tables of a paper, or paper and released code, contradict each other. */
export function disagreements({ tables }: Conformity): Disagreement[] {
  const stand = tables.flatMap((table) =>
    table.rows.flatMap((row) => (row.parameter === null ? [] : [{ table, row, parameter: row.parameter }])),
  );
  return [...groupBy(stand, ({ table, parameter }) => JSON.stringify([table.step, parameter])).values()]
    .map((same) => ({
      step: same[0]!.table.step,
      parameter: same[0]!.parameter,
      rows: same.map(({ row }) => row),
      places: same.map(({ table, row }) => placeOf(table, row)),
    }))
    .filter(({ rows }) => rows.some(({ paper }) => !isSame(paper, rows[0]!.paper)))
    .map((one) => ({ ...one, settled: one.rows.some(({ verdict }) => verdict === "exact") }));
}
