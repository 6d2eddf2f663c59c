import { showValue } from "../../core/show-value.ts";
import { disagreements, placeOf, printedOf } from "../paper/disagreements.ts";
import type { Finding, LintContext } from "./facts.ts";

/** Values that differ from the paper's table without a word about it. */
export function silentDifferences({ byId, paper }: LintContext): Finding[] {
  if (paper === null) return [];
  const told = new Set(disagreements(paper).flatMap(({ rows, settled }) => (settled ? rows : [])));
  return paper.tables.flatMap((table) =>
    table.rows.flatMap((row) => {
      if (row.verdict !== "silent" || told.has(row)) return [];
      const step = byId.get(table.step)!;
      const message = `'${row.parameter!}' is ${showValue(row.ours)}, the paper has ${printedOf(row)} (${placeOf(table, row)}). Change it, or state it under 'deviations'.`;
      return [{ code: "R0514", step, path: row.path, message } satisfies Finding];
    }),
  );
}

/** Rows that give a step's parameter two values, of which the recipe has one and says nothing of the other. */
export function papersThatDisagree({ byId, paper }: LintContext): Finding[] {
  if (paper === null) return [];
  return disagreements(paper).flatMap(({ step: id, parameter, rows, places, settled }) => {
    if (!settled || rows.every(({ verdict }) => verdict !== "silent")) return [];
    const step = byId.get(id)!;
    const said = rows.map((row, index) => `${printedOf(row)} (${places[index]!})`).join(" and ");
    const message = `Of '${parameter}' the paper says ${said}; this is ${showValue(rows[0]!.ours)}. State the other one under 'deviations', or accept this.`;
    return [{ code: "R0519", step, path: rows[0]!.path, message }];
  });
}
