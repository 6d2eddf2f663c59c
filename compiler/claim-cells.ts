import type { RecipeClaim } from "../schemas/generated/recipe.ts";
import type { ClaimCell } from "../schemas/plan.ts";
import { namesOf } from "./expression/names-in.ts";
import { parseExpression } from "./expression/parse-expression.ts";
import type { Cell, WrittenSteps } from "./written-steps.ts";

/** The cells that a name in a claim means: one by its own id, or all of a step; undefined when there is none. */
export function cellsNamed(steps: WrittenSteps, name: string): Cell[] | undefined {
  const exact = steps.cells.get(name);
  if (exact !== undefined && !steps.byId.has(name)) return [exact];
  return steps.byId.get(name)?.cells;
}

/** The same, without those that a condition leaves out. */
export const claimCells = (steps: WrittenSteps, name: string): ClaimCell[] =>
  (cellsNamed(steps, name) ?? []).flatMap(({ id, matrix, included }) => (included ? [{ id, matrix }] : []));

/** The steps that a claim names. Throws ExpressionError for an expression that cannot be read. */
export function namesOfClaim({ better, than, metric, that }: Partial<RecipeClaim>): string[] {
  const measured = metric === undefined ? [] : [metric.split(".")[0]!];
  const expressed = that === undefined ? [] : namesOf(parseExpression(that)).map(([step]) => step!);
  return [...new Set([better, than, ...measured, ...expressed].filter((name) => name !== undefined))];
}
