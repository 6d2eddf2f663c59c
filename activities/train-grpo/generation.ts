import { numberOf } from "../../core/facts/steps.ts";
import type { Generation } from "../../core/kind.ts";
import { counted } from "../../schemas/counted.ts";
import type { PlanStep } from "../../schemas/plan.ts";

/** What one generation takes, as TRL counts it. */
export function generationOf(plan: PlanStep): Generation {
  const number = (name: string) => numberOf({ plan }, name);
  const group = number("group_size");
  const per = number("batch_size_per_device") * (plan.params["batch_unit"] === "completions" ? 1 : group);
  // As many as are accumulated, where nothing is said.
  const batches = number("steps_per_generation") || number("gradient_accumulation_steps");
  const completions = per * plan.processes * batches;
  return {
    completions,
    group,
    prompts: completions / group,
    batches,
    iterations: number("num_iterations"),
    text: `${counted(per, "completion")} per device x ${counted(plan.processes, "process")} x ${counted(batches, "batch")}`,
  };
}
