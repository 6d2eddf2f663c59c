import type { PaperTables, PaperTablesRow } from "../../schemas/generated/paper-tables.ts";
import { KIND_SCHEMAS, type StepKind } from "../../schemas/kinds.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Layers } from "../layers.ts";
import type { Path } from "../mapping.ts";
import { keysOf, schemaOf, valueOf } from "../parameter.ts";
import type { ResolvedStep } from "../resolved-step.ts";
import type { BoundTable } from "./bind.ts";
import { isRowAbout } from "./bind-rows.ts";
import { columnsOf } from "./columns.ts";
import { isSame, paperValue, type Given } from "./paper-value.ts";
import { inPapersUnit, reachesTrainer } from "./reaches-trainer.ts";

/** One row of a paper's table beside a step's value. */
export interface ConformRow {
  table: string;
  row: string;
  /** As printed in the paper; of a table with columns, in the step's. */
  printed: string | number | boolean;
  unit: string | null;
  /** What the paper means, in the parameter's words and unit; null when the row has no parameter. */
  paper: unknown;
  /** Parameter of the recipe; null when it has none for this row. */
  parameter: string | null;
  /** Where the recipe says its value, or would. */
  path: Path;
  ours: unknown;
  /** What of the trainer's it becomes, and the value there. */
  field: string;
  reaches: unknown;
  /** How a unit changes on the way, or null. */
  change: string | null;
  verdict: "exact" | "deviation" | "silent" | "no parameter";
  reason: string | null;
}

/** A table, or one column of it, beside one step. */
export interface ConformTable {
  table: string;
  /** Head of the column that the step stands in; null in a table without columns. */
  column: string | number | null;
  step: string;
  kind: StepKind;
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
  const steps = new Map(resolved.map((step) => [step.cell.id, step]));
  const diagnostics: Diagnostic[] = [];
  const inPlanOrder = new Map(resolved.map(({ cell }, index) => [cell, index]));
  const tables = bound.flatMap(({ table, path, cells }) => {
    const order = columnsOf(table);
    const present = cells.filter(({ cell }) => inPlanOrder.has(cell));
    present.sort((a, b) => inPlanOrder.get(a.cell)! - inPlanOrder.get(b.cell)!);
    return present.flatMap(({ cell, column, names }) => {
      const step = steps.get(cell.id)!;
      if (step.kind === undefined) return [];
      const index = order.findIndex((one) => one.value === column?.value);
      const rows = table.rows.flatMap((row, position) => {
        const given = isRowAbout(row, names) ? inColumn(row, index) : null;
        if (given === null) return [];
        const compared = compareRow(step, step.kind!, row, given);
        if (!("key" in compared)) return [{ table: table.table, row: row.row, ...compared }];
        const { key, message, suggestion } = compared;
        const place = [
          ...path,
          "rows",
          position,
          key,
          ...(Array.isArray(row[key]) && index >= 0 ? [index] : []),
        ];
        diagnostics.push(file.diagnostic("R0317", place, message, { suggestion }));
        return [];
      });
      const effectiveBatch = table.effective_batch ?? null;
      return [
        {
          table: table.table,
          column: column?.column ?? null,
          step: cell.id,
          kind: step.kind,
          rows,
          effectiveBatch,
        },
      ];
    });
  });
  const has = (name: string) => tables.some(({ table }) => table === name);
  const missing = bound.map(({ table }) => table.table).filter((table) => !has(table));
  return {
    conformity: { source, tables, missing, ...unmatched(bound, tables, inPlanOrder) },
    diagnostics,
  };
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

/** What a row gives in a column (-1: in a table without any); null where the paper has nothing there. */
function inColumn({ printed, value, unit }: PaperTablesRow, index: number): Given | null {
  if (!Array.isArray(printed)) return { printed, value, unit };
  const [one, meant] = [printed[index], Array.isArray(value) ? (value as unknown[])[index] : undefined];
  return one === undefined || one === null ? null : { printed: one, value: meant ?? undefined, unit };
}

const NO_PARAMETER = {
  paper: null,
  parameter: null,
  path: [],
  ours: null,
  field: "",
  reaches: null,
  change: null,
};

function compareRow(
  { cell, params, inputs, step }: ResolvedStep,
  kind: StepKind,
  { parameter }: PaperTablesRow,
  given: Given,
) {
  const place = { printed: given.printed as ConformRow["printed"], unit: given.unit ?? null };
  if (parameter === undefined)
    return { ...place, ...NO_PARAMETER, verdict: "no parameter" as const, reason: null };
  const { properties } = KIND_SCHEMAS[kind];
  const schema = schemaOf(properties, parameter);
  const ours = valueOf({ params, inputs }, parameter);
  const paper = paperValue(given, { parameter, schema, ours });
  if (!("value" in paper)) return paper;
  const { reaches, change } = reachesTrainer(schema, ours, params);
  // Of a mapping the whole may be stated, or what stands in it.
  const [whole] = keysOf(params, parameter);
  const deviations = Object.entries(step.deviations ?? {});
  const stated = deviations.find(([name]) => name === parameter || name === whole)?.[1] ?? null;
  const theirs = reachesTrainer(schema, paper.value, inPapersUnit(properties, schema, params)).reaches;
  const source = Object.hasOwn(inputs, parameter) ? inputs[parameter] : undefined;
  const same =
    isSame(reaches, theirs) ||
    // A paper names a model, never its commit.
    (source?.from === "hub" && source.id.split("@")[0] === paper.value);
  const verdict = same ? ("exact" as const) : stated === null ? ("silent" as const) : ("deviation" as const);
  const field = schema?.["x-field"] ?? "";
  const reason = verdict === "deviation" ? stated!.reason : null;
  const path = [...cell.written.path, "with", ...keysOf(params, parameter)];
  return { ...place, paper: paper.value, parameter, path, ours, field, reaches, change, verdict, reason };
}
