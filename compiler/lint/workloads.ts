import { effectiveBatch, isTraining, optimizerSteps, rowsOf, type LintContext } from "./facts.ts";

/** What a training has to do, as far as the recipe says it. */
export interface Workload {
  /** Rows of the data, where they are stated. */
  rows: number | null;
  optimizerSteps: number | null;
  /** Rows, or prompts, of one optimizer step; and how they come about. */
  effectiveBatch: { value: number; text: string };
}

/** The workload of each training of a recipe, by step id. */
export const workloadsOf = (context: LintContext): Map<string, Workload> =>
  new Map(
    context.steps.filter(isTraining).map((step) => [
      step.plan.id,
      {
        rows: rowsOf(context, step) ?? null,
        optimizerSteps: optimizerSteps(context, step) ?? null,
        effectiveBatch: effectiveBatch(step),
      },
    ]),
  );
