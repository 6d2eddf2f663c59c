import { showValue } from "../../core/show-value.ts";
import type { Conformity, ConformRow, ConformTable } from "./conform.ts";
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
  const found = new Map<string, Omit<Disagreement, "settled">>();
  for (const table of tables)
    for (const row of table.rows) {
      if (row.parameter === null) continue;
      const key = JSON.stringify([table.step, row.parameter]);
      const same = found.get(key) ?? { step: table.step, parameter: row.parameter, rows: [], places: [] };
      same.rows.push(row);
      same.places.push(placeOf(table, row));
      found.set(key, same);
    }
  return [...found.values()]
    .filter(({ rows }) => rows.some(({ paper }) => !isSame(paper, rows[0]!.paper)))
    .map((one) => ({ ...one, settled: one.rows.some(({ verdict }) => verdict === "exact") }));
}
