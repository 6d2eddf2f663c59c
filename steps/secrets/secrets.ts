import type { PlanStep } from "../../schemas/plan.ts";
import { StepFailure } from "../../core/step-failure.ts";

/** The values of a step's secrets, from this machine's environment. They go to the program and nowhere else. */
export function secretsOf({ id, secrets }: PlanStep): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, from]) => {
      const value = process.env[from];
      if (value !== undefined && value !== "") return [variable, value];
      throw new StepFailure(
        "environment",
        `'${id}' needs a secret, and the environment variable ${from} is not set where the worker runs.`,
      );
    }),
  );
}
