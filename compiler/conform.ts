import type { PaperTables } from "../schemas/generated/paper-tables.ts";
import type { KindSchema, ParameterSchema } from "../schemas/kinds.ts";
import type { PlanStep } from "../schemas/plan.ts";

/** One row of a paper's table beside a step's value. */
export interface ConformRow {
  table: string;
  row: string;
  /** As printed in the paper. */
  printed: string | number;
  /** Parameter of the recipe; null when the kind has none for this row. */
  parameter: string | null;
  ours: unknown;
  /** What of the trainer's it becomes, and the value there. */
  field: string;
  reaches: unknown;
  /** How a unit changes on the way, or null. */
  change: string | null;
  verdict: "exact" | "deviation" | "silent" | "no parameter";
  reason: string | null;
}

type Deviations = Readonly<Record<string, { reason: string }>>;

/** Compares a step with the table of its kind, row by row. Nothing for a kind that no table is about. */
export function conform(
  ofKind: KindSchema,
  tables: PaperTables,
  step: PlanStep,
  deviations: Deviations,
): ConformRow[] {
  const table = tables.tables.find(({ kind }) => kind === step.kind);
  if (table === undefined) return [];
  const parameters = new Map(
    Object.entries(ofKind.properties).flatMap(([name, schema]) =>
      schema["x-paper"] === undefined ? [] : [[schema["x-paper"], { name, schema }] as const],
    ),
  );
  return table.rows.map(({ row, printed, value = printed }) => {
    const found = parameters.get(`${table.table}: ${row}`);
    const place = { table: table.table, row, printed };
    if (found === undefined) {
      return {
        ...place,
        parameter: null,
        ours: null,
        field: "",
        reaches: null,
        change: null,
        verdict: "no parameter",
        reason: null,
      };
    }
    const { name, schema } = found;
    const ours = step.params[name];
    const { reaches, change } = reachesTrainer(schema, ours, step.params);
    const stated = Object.hasOwn(deviations, name) ? deviations[name]! : null;
    const verdict =
      reaches === asInPaper(ofKind, step, schema, value) ? "exact" : stated === null ? "silent" : "deviation";
    const field = schema["x-field"] ?? "";
    return {
      ...place,
      parameter: name,
      ours,
      field,
      reaches,
      change,
      verdict,
      reason: verdict === "deviation" ? stated!.reason : null,
    };
  });
}

/** What would reach the trainer with the paper's value, in the paper's unit. */
function asInPaper(
  { properties }: KindSchema,
  step: PlanStep,
  schema: ParameterSchema,
  value: unknown,
): unknown {
  const units = Object.keys(schema["x-maps"]?.unless ?? {}).map((name) => [name, properties[name]!.default]);
  return reachesTrainer(schema, value, { ...step.params, ...Object.fromEntries(units) }).reaches;
}

/** A parameter's value as the trainer gets it: the mapping that the schema states, which a test holds the trainer to. */
function reachesTrainer(
  schema: ParameterSchema,
  value: unknown,
  params: Readonly<Record<string, unknown>>,
): { reaches: unknown; change: string | null } {
  const { values, times, unless = {}, unit } = schema["x-maps"] ?? {};
  if (values !== undefined && Object.hasOwn(values, String(value)))
    return { reaches: values[String(value)], change: null };
  const applies = !Object.entries(unless).some(([name, other]) => params[name] === other);
  if (times === undefined || !applies) return { reaches: value, change: null };
  const factor = Number(params[times]);
  const reaches = Number(value) * factor;
  return { reaches, change: `${String(value)} x ${times} ${factor} = ${reaches} ${unit ?? ""}`.trimEnd() };
}
