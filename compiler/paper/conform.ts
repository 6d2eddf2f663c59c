import type { PaperTables } from "../../schemas/generated/paper-tables.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Layers } from "../layers.ts";
import type { Properties } from "../parameter.ts";
import type { ResolvedStep } from "../resolved-step.ts";
import type { BoundTable } from "./bind.ts";
import type { BoundCell } from "./bind-columns.ts";
import { compareRow, inColumn, type ConformRow } from "./compare-row.ts";
import { isRowAbout } from "./bind-rows.ts";
import { columnsOf } from "./columns.ts";

/** A table, or one column of it, beside one step. */
export interface ConformTable {
  table: string;
  /** Head of the column that the step stands in; null in a table without columns. */
  column: string | number | null;
  step: string;
  kind: string;
  rows: ConformRow[];
  effectiveBatch: { value: number; source: string } | null;
}

/** A recipe beside the tables of its paper. */
export interface Conformity {
  /** Where the tables stand. */
  source: string;
  tables: ConformTable[];
  /** Tables that no step of the plan is about. */
  missing: string[];
  /** Columns that no step of the plan stands in. */
  missingColumns: { table: string; column: string | number }[];
  /** Steps of the recipe that their table has no column for. */
  withoutColumn: { table: string; step: string }[];
}

/** Compares the steps of a plan with the tables that are about them, row by row; tells what cannot be compared. */
export function conform(
  file: Layers,
  { source }: PaperTables,
  bound: readonly BoundTable[],
  resolved: readonly ResolvedStep[],
): { conformity: Conformity; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const inPlan = new Map(resolved.map(({ cell }, index) => [cell, index]));
  const tables = bound.flatMap((one) => {
    const cells = one.cells.filter(({ cell }) => inPlan.has(cell));
    cells.sort((a, b) => inPlan.get(a.cell)! - inPlan.get(b.cell)!);
    return cells.flatMap((cell) => {
      const step = resolved[inPlan.get(cell.cell)!]!;
      if (step.kind === undefined) return [];
      const { rows, diagnostics: wrong } = compareRows(file, one, cell, step, step.kind.schema.properties);
      diagnostics.push(...wrong);
      const { table, effective_batch: effectiveBatch = null } = one.table;
      const column = cell.column?.column ?? null;
      return [{ table, column, step: cell.cell.id, kind: step.kind.name, rows, effectiveBatch }];
    });
  });
  const shown = new Set(tables.map(({ table }) => table));
  const missing = bound.map(({ table }) => table.table).filter((table) => !shown.has(table));
  return { conformity: { source, tables, missing, ...unmatched(bound, tables, inPlan) }, diagnostics };
}

/** The rows of a table that are about a step, in the column where it stands. */
function compareRows(
  file: Layers,
  { table, path }: BoundTable,
  { names, column }: BoundCell,
  step: ResolvedStep,
  properties: Properties,
): { rows: ConformRow[]; diagnostics: Diagnostic[] } {
  const index = columnsOf(table).findIndex((one) => one.value === column?.value);
  const diagnostics: Diagnostic[] = [];
  const rows = table.rows.flatMap((row, position) => {
    const given = isRowAbout(row, names) ? inColumn(row, index) : null;
    if (given === null) return [];
    const compared = compareRow(step, row, given, properties);
    if (!("key" in compared)) return [{ table: table.table, row: row.row, ...compared }];
    const { key, message, suggestion } = compared;
    const place = [...path, "rows", position, key, ...(Array.isArray(row[key]) && index >= 0 ? [index] : [])];
    diagnostics.push(file.diagnostic("R0317", place, message, { suggestion }));
    return [];
  });
  return { rows, diagnostics };
}

function unmatched(
  bound: readonly BoundTable[],
  tables: readonly ConformTable[],
  inPlan: ReadonlyMap<ResolvedStep["cell"], number>,
): Pick<Conformity, "missingColumns" | "withoutColumn"> {
  const stands = new Set(tables.map(({ table, column }) => JSON.stringify([table, column])));
  const shown = new Set(tables.map(({ table }) => table));
  return {
    missingColumns: bound
      .filter(({ table }) => shown.has(table.table))
      .flatMap(({ table }) =>
        columnsOf(table)
          .filter(({ column }) => !stands.has(JSON.stringify([table.table, column])))
          .map(({ column }) => ({ table: table.table, column })),
      ),
    withoutColumn: bound.flatMap(({ table, alone }) =>
      alone.filter((cell) => inPlan.has(cell)).map(({ id }) => ({ table: table.table, step: id })),
    ),
  };
}

/** The first table that gives a step's parameter. */
export const tableOf = ({ tables }: Conformity, step: string, parameter: string): string | undefined =>
  tables.find((table) => table.step === step && table.rows.some((row) => row.parameter === parameter))?.table;
