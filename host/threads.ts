import os from "node:os";
import type { PlanStep } from "../schemas/plan.ts";

type Asking = Pick<PlanStep, "resources" | "threads" | "reproducible">;

/** CPU threads for a step's program, of this machine. Where bytes must not depend on the machine, neither may their number. */
export function threadsOf(step: Asking, cores = os.availableParallelism()): number {
  const { resources, threads = resources.cpu, reproducible } = step;
  return Math.max(1, reproducible === "portable" ? threads : Math.min(threads, cores));
}

/** Whether a step has a core of this machine left for a thread beside those. */
export const hasCoreBeside = (step: Asking, cores = os.availableParallelism()): boolean =>
  Math.min(step.resources.cpu, cores) > threadsOf(step, cores);
