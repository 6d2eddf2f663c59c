import {
  effectiveBatch,
  epochOf,
  generationOf,
  optimizerSteps,
  rowsTrained,
} from "../../core/facts/epochs.ts";
import { isTraining, rowsOf } from "../../core/facts/steps.ts";
import type { RecipeFacts, StepFacts } from "../../core/kind.ts";

/** What a training has to do, as far as the recipe says it. */
export interface Workload {
  /** Rows of the data, where they are stated. */
  rows: number | null;
  /** 0 where the rows do not fill one generation. */
  optimizerSteps: number | null;
  /** Rows that go through it in all its steps. */
  rowsTrained: number | null;
  /** Rows that an epoch leaves out, because they fill no generation. */
  leftOut: number | null;
  /** Rows, or prompts, of one optimizer step; and how they come about. */
  effectiveBatch: { value: number; text: string };
  /** Prompts of one generation; null where nothing is generated. */
  generation: number | null;
}

/** Whether the rows of a training do not fill one generation. */
export const makesNoStep = ({ optimizerSteps: steps }: Workload): boolean => steps === 0;

/** The workload of each training of a recipe, by step id. */
export const workloadsOf = (context: RecipeFacts): Map<string, Workload> =>
  new Map(context.steps.filter(isTraining).map((step) => [step.plan.id, workloadOf(context, step)]));

function workloadOf(context: RecipeFacts, step: StepFacts): Workload {
  const rows = rowsOf(context, step) ?? null;
  return {
    rows,
    optimizerSteps: optimizerSteps(context, step) ?? null,
    rowsTrained: rowsTrained(context, step) ?? null,
    leftOut: rows === null ? null : epochOf(step, rows).leftOut,
    effectiveBatch: effectiveBatch(step),
    generation: generationOf(step)?.prompts ?? null,
  };
}
