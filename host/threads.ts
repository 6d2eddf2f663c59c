import os from "node:os";
import type { PlanStep } from "../schemas/plan.ts";

/** CPU threads for a step's program, of this machine. Where bytes must not depend on the machine, neither may their number. */
export const threadsOf = (
  { resources, reproducible }: Pick<PlanStep, "resources" | "reproducible">,
  cores = os.availableParallelism(),
): number => Math.max(1, reproducible === "portable" ? resources.cpu : Math.min(resources.cpu, cores));
