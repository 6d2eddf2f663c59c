import { splitMetric } from "../schemas/metric-name.ts";
import type { RecipeClaim } from "../schemas/generated/recipe.ts";
import type { ClaimCell } from "../schemas/plan.ts";
import { namesOf } from "./expression/names-in.ts";
import { parseExpression } from "./expression/parse-expression.ts";
import { hasValues, selectionOf } from "./selection.ts";
import type { Cell, WrittenSteps } from "./written-steps.ts";

/** The cells that a name in a claim means: one by its own id, or those of a step; undefined when there is no such step. */
export function cellsNamed(steps: WrittenSteps, name: string): Cell[] | undefined {
  const exact = steps.cells.get(name);
  if (exact !== undefined && !steps.byId.has(name)) return [exact];
  const { step, values } = selectionOf(name);
  return steps.byId.get(step)?.cells.filter((cell) => hasValues(cell, values));
}

/** The same, without those that a condition leaves out, and without the values by which they were chosen. */
export function claimCells(steps: WrittenSteps, name: string): ClaimCell[] {
  const { values } = selectionOf(name);
  return (cellsNamed(steps, name) ?? []).flatMap(({ id, matrix, included }) => {
    const others = Object.entries(matrix).filter(([key]) => !values.has(key));
    return included ? [{ id, matrix: Object.fromEntries(others) }] : [];
  });
}

/** The steps that a claim names. Throws ExpressionError for an expression that cannot be read. */
export function namesOfClaim({ better, than, metric, that }: Partial<RecipeClaim>): string[] {
  const measured = metric === undefined ? [] : [splitMetric(metric)?.[0] ?? metric];
  const expressed = that === undefined ? [] : namesOf(parseExpression(that)).map(([step]) => step!);
  return [...new Set([better, than, ...measured, ...expressed].filter((name) => name !== undefined))];
}
