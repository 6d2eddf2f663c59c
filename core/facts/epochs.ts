import { counted } from "../../schemas/counted.ts";
import type { Generation, RecipeFacts, StepFacts } from "../kind.ts";
import { numberOf, rowsOf } from "./steps.ts";

/** How the rows (or prompts) of one optimizer step come about, as numbers and as text. */
export function effectiveBatch(step: StepFacts): { value: number; text: string } {
  const per = numberOf(step, "batch_size_per_device");
  const { processes, params } = step.plan;
  const accumulated = numberOf(step, "gradient_accumulation_steps");
  const completions = params["batch_unit"] === "completions";
  const group = completions ? numberOf(step, "group_size") : 1;
  const text = `${per} per device x ${counted(processes, "process")} x ${accumulated} accumulated`;
  return {
    value: (per * processes * accumulated) / group,
    text: completions ? `${text} / group of ${group}` : text,
  };
}

/** What one generation of a training takes; null where nothing is generated. */
export const generationOf = ({ kind, plan }: StepFacts): Generation | null =>
  kind.learns?.steps?.generation?.(plan) ?? null;

/** One pass over the rows of a training. */
export interface Epoch {
  steps: number;
  /** Rows that it leaves out. */
  leftOut: number;
}

/**
 * As transformers and TRL count: what is left of an accumulation is a step of its own. The last batch of a supervised
 * training may be short; of a reinforcement, rows that do not fill a generation are dropped.
 */
export function epochOf(step: StepFacts, rows: number): Epoch {
  const accumulated = numberOf(step, "gradient_accumulation_steps");
  const generation = generationOf(step);
  if (generation === null) {
    const batches = Math.ceil(rows / (numberOf(step, "batch_size_per_device") * step.plan.processes));
    return { steps: Math.ceil(batches / accumulated), leftOut: 0 };
  }
  const generations = Math.floor(rows / generation.prompts);
  const batches = generations * generation.batches * generation.iterations;
  return { steps: Math.ceil(batches / accumulated), leftOut: rows - generations * generation.prompts };
}

/** Optimizer steps of a training, where they can be known before it; 0 where its rows fill no generation. */
export function optimizerSteps(recipe: RecipeFacts, step: StepFacts): number | undefined {
  const rows = rowsOf(recipe, step);
  const stated = numberOf(step, "steps");
  if (rows === undefined) return stated > 0 ? stated : undefined;
  const { steps } = epochOf(step, rows);
  return stated > 0 && steps > 0 ? stated : numberOf(step, "epochs") * steps;
}

/** Rows that go through a training in all its steps, each counted once however many updates it serves. */
export function rowsTrained(recipe: RecipeFacts, step: StepFacts): number | undefined {
  const rows = rowsOf(recipe, step);
  const stated = numberOf(step, "steps");
  if (stated > 0) return (stated * effectiveBatch(step).value) / (numberOf(step, "num_iterations") || 1);
  return rows === undefined ? undefined : numberOf(step, "epochs") * (rows - epochOf(step, rows).leftOut);
}
