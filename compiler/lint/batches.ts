import { effectiveBatch, generationOf } from "../../core/facts/epochs.ts";
import { isTraining, placeIn, rowsOf } from "../../core/facts/steps.ts";
import { counted } from "../../schemas/counted.ts";
import type { Finding, LintContext } from "./facts.ts";

/** The trainer refuses a generation that does not hold whole groups. */
export function batchesThatDivide({ steps }: LintContext): Finding[] {
  return steps.flatMap((step) => {
    const generation = generationOf(step);
    if (generation === null || generation.completions % generation.group === 0) return [];
    const { text, completions, group } = generation;
    const message = `One generation has ${text} = ${completions} completions, which are no whole groups of ${group}. Make the product a multiple of ${group}.`;
    return [{ code: "R0310", step, path: placeIn(step, "with", "batch_size_per_device"), message }];
  });
}

/** The trainer drops the rows that do not fill a generation: with too few of them there is nothing to train on. */
export function generationsThatFill(context: LintContext): Finding[] {
  return context.steps.flatMap((step) => {
    const [rows, generation] = [rowsOf(context, step), generationOf(step)];
    if (rows === undefined || generation === null) return [];
    // Groups that are not whole are an error of their own.
    if (!Number.isInteger(generation.prompts) || rows >= generation.prompts) return [];
    const takes = `${counted(generation.prompts, "prompt")} (${generation.text} / group of ${generation.group})`;
    const message = `A generation takes ${takes}, and the split '${String(step.plan.params["split"])}' has ${counted(rows, "row")}: TRL drops rows that do not fill one, so no step would be made. Give more rows, or lower the batch.`;
    return [{ code: "R0518", step, path: placeIn(step, "with", "batch_size_per_device"), message }];
  });
}

const STATED = new Set(["batch_size_per_device", "gradient_accumulation_steps", "batch_unit"]);

/** The rows per optimizer step, for the declared number of processes, beside the paper's. */
export function effectiveBatches({ byId, paper }: LintContext): Finding[] {
  return (paper?.tables ?? []).flatMap(({ step: id, effectiveBatch: theirs }) => {
    const step = byId.get(id)!;
    if (theirs === null || !isTraining(step)) return [];
    const ours = effectiveBatch(step);
    const stated = Object.keys(step.written.deviations ?? {}).some((name) => STATED.has(name));
    if (ours.value === theirs.value || stated) return [];
    const amount = counted(ours.value, step.kind.learns!.steps!.of);
    const message = `An optimizer step has ${amount} (${ours.text}), the paper's has ${theirs.value} (${theirs.source}). Change it, or state it under 'deviations'.`;
    return [{ code: "R0505", step, path: placeIn(step, "with", "batch_size_per_device"), message }];
  });
}
