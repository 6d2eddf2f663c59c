import type { RecipeClaim } from "../schemas/generated/recipe.ts";
import type { ClaimCell } from "../schemas/plan.ts";
import { namesOf } from "./expression/names-in.ts";
import { parseExpression } from "./expression/parse-expression.ts";
import type { Cell, WrittenSteps } from "./written-steps.ts";

const SELECTION = /^([^[\]]+)\[([^[\]]+)\]$/;

/** `score[method=letter]` as a step with the values that its cells must have. */
function selection(name: string): { step: string; values: Map<string, string> } {
  const [, step, inside] = SELECTION.exec(name) ?? [];
  if (step === undefined) return { step: name, values: new Map() };
  const values = inside!.split(",").map((pair): [string, string] => {
    const [key = "", ...value] = pair.split("=");
    return [key.trim(), value.join("=").trim()];
  });
  return { step, values: new Map(values) };
}

/** The cells that a name in a claim means: one by its own id, or those of a step; undefined when there is no such step. */
export function cellsNamed(steps: WrittenSteps, name: string): Cell[] | undefined {
  const exact = steps.cells.get(name);
  if (exact !== undefined && !steps.byId.has(name)) return [exact];
  const { step, values } = selection(name);
  return steps.byId
    .get(step)
    ?.cells.filter(({ matrix }) =>
      [...values].every(([key, value]) => matrix[key] !== undefined && String(matrix[key]) === value),
    );
}

/** The same, without those that a condition leaves out, and without the values by which they were chosen. */
export function claimCells(steps: WrittenSteps, name: string): ClaimCell[] {
  const { values } = selection(name);
  return (cellsNamed(steps, name) ?? []).flatMap(({ id, matrix, included }) => {
    const others = Object.entries(matrix).filter(([key]) => !values.has(key));
    return included ? [{ id, matrix: Object.fromEntries(others) }] : [];
  });
}

/** The steps that a claim names. Throws ExpressionError for an expression that cannot be read. */
export function namesOfClaim({ better, than, metric, that }: Partial<RecipeClaim>): string[] {
  const measured = metric === undefined ? [] : [metric.split(".")[0]!];
  const expressed = that === undefined ? [] : namesOf(parseExpression(that)).map(([step]) => step!);
  return [...new Set([better, than, ...measured, ...expressed].filter((name) => name !== undefined))];
}
