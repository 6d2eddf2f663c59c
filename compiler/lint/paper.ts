import { conform } from "../conform.ts";
import { showValue } from "../../core/show-value.ts";
import { pathOf } from "../../core/facts/steps.ts";
import type { Finding, LintContext } from "./facts.ts";

/** Values that differ from the paper's table without a word about it. */
export function silentDifferences({ steps, tables }: LintContext): Finding[] {
  if (tables === null) return [];
  return steps.flatMap((step) =>
    conform(step.kind.schema, tables, step.plan, step.written.deviations ?? {}).flatMap(
      ({ table, row, printed, parameter, ours, verdict }) => {
        if (verdict !== "silent" || parameter === null) return [];
        const message = `'${parameter}' is ${showValue(ours)}, the paper has ${showValue(printed)} (${table}: ${row}). Change it, or state it under 'deviations'.`;
        return [{ code: "R0514", step, path: pathOf(step, "with", parameter), message } satisfies Finding];
      },
    ),
  );
}
