import { generationOf, optimizerSteps } from "../../core/facts/epochs.ts";
import { isTraining, numberOf, placeIn } from "../../core/facts/steps.ts";
import { counted } from "../../schemas/counted.ts";
import type { Finding, LintContext, LoweredStep } from "./facts.ts";

/** Checkpoints that come too late, cannot be resumed, or fall where a resumed run would not be the same. */
export function checkpointIntervals(context: LintContext): Finding[] {
  return context.steps
    .filter(isTraining)
    .flatMap((step) => [...tooLate(context, step), ...weightsOnly(step), ...insideGeneration(step)]);
}

const everyPath = (step: LoweredStep) => placeIn(step, "checkpoint", "every");

function tooLate(context: LintContext, step: LoweredStep): Finding[] {
  const total = optimizerSteps(context, step);
  const { everySteps: every } = step.plan.checkpoint;
  // Without a step there is nothing to lose; that is a finding of its own.
  if (every === null || total === undefined || total === 0 || every <= total) return [];
  const message = `The first checkpoint comes after ${counted(every, "step")}, but the training has ${total}: if it dies, all of it is lost.`;
  return [{ code: "R0501", step, path: everyPath(step), message }];
}

function weightsOnly(step: LoweredStep): Finding[] {
  if (step.plan.params["save_only_model"] !== true) return [];
  const message =
    "With 'save_only_model' a checkpoint has no optimizer, schedule and random state: a training that dies starts again.";
  return [{ code: "R0502", step, path: placeIn(step, "with", "save_only_model"), message }];
}

function insideGeneration(step: LoweredStep): Finding[] {
  const generation = generationOf(step);
  if (generation === null) return [];
  const accumulated = numberOf(step, "gradient_accumulation_steps");
  const { batches, iterations } = generation;
  const period = batches * iterations;
  const { everySteps: every } = step.plan.checkpoint;
  if (every === null || (every * accumulated) % period === 0) return [];
  const steps = `${counted(period / accumulated, "step")} (${counted(batches, "batch")} x ${counted(iterations, "update")} / ${accumulated} accumulated)`;
  const message = `A checkpoint every ${counted(every, "step")} falls inside a generation, which lasts ${steps}: it waits for the end, because a run resumed in between would differ.`;
  return [{ code: "R0503", step, path: everyPath(step), message }];
}
