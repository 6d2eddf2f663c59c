import type { PaperTablesRow } from "../../schemas/generated/paper-tables.ts";
import type { Path } from "../mapping.ts";
import { keysOf, schemaOf, valueOf, type Properties } from "../parameter.ts";
import type { ResolvedStep } from "../resolved-step.ts";
import { isSame, paperValue, type Given, type Incomparable } from "./paper-value.ts";
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

/** What a row gives in a column (-1: in a table without any); null where the paper has nothing there. */
export function inColumn({ printed, value, unit }: PaperTablesRow, index: number): Given | null {
  if (!Array.isArray(printed)) return { printed, value, unit };
  const [one, meant] = [printed[index], Array.isArray(value) ? value[index] : undefined];
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

/** Compares one row with a step, or says why that cannot be done. */
export function compareRow(
  { cell, params, inputs, step }: ResolvedStep,
  { parameter }: PaperTablesRow,
  given: Given,
  properties: Properties,
): Omit<ConformRow, "table" | "row"> | Incomparable {
  const place = { printed: given.printed as ConformRow["printed"], unit: given.unit ?? null };
  if (parameter === undefined) return { ...place, ...NO_PARAMETER, verdict: "no parameter", reason: null };
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
  const verdict = same ? "exact" : stated === null ? "silent" : "deviation";
  const field = schema?.["x-field"] ?? "";
  const reason = verdict === "deviation" ? stated!.reason : null;
  const path = [...cell.written.path, "with", ...keysOf(params, parameter)];
  return { ...place, paper: paper.value, parameter, path, ours, field, reaches, change, verdict, reason };
}
