import {
  effectiveBatch,
  numberOf,
  processesOf,
  rowsOf,
  type LintContext,
  type LoweredStep,
} from "./facts.ts";
import { counted } from "../../schemas/counted.ts";

/** What one generation of a train/grpo step takes, over all processes, and how it comes about. */
export interface Generation {
  completions: number;
  /** Prompts; a fraction where groups are not whole, which is an error of its own. */
  prompts: number;
  text: string;
}

/** The batches that one generation serves: as many as are accumulated, where nothing is said. */
export const batchesOf = (step: LoweredStep): number =>
  numberOf(step, "steps_per_generation") || numberOf(step, "gradient_accumulation_steps");

/** Completions and prompts of one generation; null where nothing is generated. */
export function generationOf(step: LoweredStep): Generation | null {
  if (step.plan.kind !== "train/grpo") return null;
  const group = numberOf(step, "group_size");
  const perPrompt = step.plan.params["batch_unit"] === "completions" ? 1 : group;
  const per = numberOf(step, "batch_size_per_device") * perPrompt;
  const [processes, batches] = [processesOf(step), batchesOf(step)];
  const completions = per * processes * batches;
  return {
    completions,
    prompts: completions / group,
    text: `${counted(per, "completion")} per device x ${counted(processes, "process")} x ${counted(batches, "batch")}`,
  };
}

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
export function epochOf(step: LoweredStep, rows: number): Epoch {
  const accumulated = numberOf(step, "gradient_accumulation_steps");
  const generation = generationOf(step);
  if (generation === null) {
    const batches = Math.ceil(rows / (numberOf(step, "batch_size_per_device") * processesOf(step)));
    return { steps: Math.ceil(batches / accumulated), leftOut: 0 };
  }
  const generations = Math.floor(rows / generation.prompts);
  const batches = generations * batchesOf(step) * numberOf(step, "num_iterations");
  return { steps: Math.ceil(batches / accumulated), leftOut: rows - generations * generation.prompts };
}

/** Optimizer steps of a training, where they can be known before it; 0 where its rows fill no generation. */
export function optimizerSteps(context: LintContext, step: LoweredStep): number | undefined {
  const rows = rowsOf(context, step);
  const stated = numberOf(step, "steps");
  if (rows === undefined) return stated > 0 ? stated : undefined;
  const { steps } = epochOf(step, rows);
  return stated > 0 && steps > 0 ? stated : numberOf(step, "epochs") * steps;
}

/** Rows that go through a training in all its steps, each counted once however many updates it serves. */
export function rowsTrained(context: LintContext, step: LoweredStep): number | undefined {
  const rows = rowsOf(context, step);
  const stated = numberOf(step, "steps");
  if (stated > 0) return (stated * effectiveBatch(step).value) / (numberOf(step, "num_iterations") || 1);
  return rows === undefined ? undefined : numberOf(step, "epochs") * (rows - epochOf(step, rows).leftOut);
}
