import { PROGRAM_FAILURES, type PlanStep } from "../../schemas/plan.ts";

/** A step of a plan that does nothing in particular. */
export const planStep = (id: string, after: string[] = [], more: Partial<PlanStep> = {}): PlanStep => ({
  id,
  matrix: {},
  secrets: {},
  kind: "eval/mcq",
  version: 1,
  params: {},
  inputs: {},
  outputs: {},
  after,
  resources: { cpu: 1, gpu: 0, memoryGb: 1 },
  processes: 1,
  gpuType: "H100",
  retry: { attempts: 1, backoffSeconds: 0.1, on: [...PROGRAM_FAILURES] },
  timeoutSeconds: 60,
  stalledSeconds: null,
  checkpoint: { everySteps: 1, everySeconds: null, keep: 2, resume: "auto" },
  ...more,
});
