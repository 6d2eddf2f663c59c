import { counted } from "../show-value.ts";
import {
  effectiveBatch,
  isTraining,
  numberOf,
  pathOf,
  processesOf,
  type Finding,
  type LintContext,
} from "./facts.ts";

/** The trainer refuses a generation that does not hold whole groups. */
export function batchesThatDivide({ steps }: LintContext): Finding[] {
  return steps.flatMap((step) => {
    if (step.plan.kind !== "train/grpo") return [];
    const group = numberOf(step, "group_size");
    const per =
      numberOf(step, "batch_size_per_device") *
      (step.plan.params["batch_unit"] === "completions" ? 1 : group);
    const batches = numberOf(step, "steps_per_generation") || numberOf(step, "gradient_accumulation_steps");
    const processes = processesOf(step);
    const all = per * processes * batches;
    if (all % group === 0) return [];
    const sum = `${counted(per, "completion")} per device x ${counted(processes, "process")} x ${counted(batches, "batch")} = ${all}`;
    const message = `One generation has ${sum} completions, which are no whole groups of ${group}. Make the product a multiple of ${group}.`;
    return [{ code: "R0310", step, path: pathOf(step, "with", "batch_size_per_device"), message }];
  });
}

const STATED = new Set(["batch_size_per_device", "gradient_accumulation_steps", "batch_unit"]);

/** The rows per optimizer step, for the declared number of processes, beside the paper's. */
export function effectiveBatches({ steps, tables }: LintContext): Finding[] {
  return steps.flatMap((step) => {
    const paper = tables?.tables.find(({ kind }) => kind === step.plan.kind)?.effective_batch;
    if (paper === undefined || !isTraining(step)) return [];
    const ours = effectiveBatch(step);
    const stated = Object.keys(step.resolved.step.deviations ?? {}).some((name) => STATED.has(name));
    if (ours.value === paper.value || stated) return [];
    const amount = counted(ours.value, step.plan.kind === "train/grpo" ? "prompt" : "row");
    const message = `An optimizer step has ${amount} (${ours.text}), the paper's has ${paper.value} (${paper.source}). Change it, or state it under 'deviations'.`;
    return [{ code: "R0505", step, path: pathOf(step, "with", "batch_size_per_device"), message }];
  });
}
