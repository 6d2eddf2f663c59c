import type { PlanStep } from "../schemas/plan.ts";

/**
 * How long a step waits before its program is run again, in seconds, after its `attempt`-th run (from 1) failed with `code`;
 * null where the recipe wants no further run. The wait doubles with each failure.
 */
export function waitBeforeNext(
  { attempts, on, backoffSeconds }: PlanStep["retry"],
  attempt: number,
  code: string,
): number | null {
  const again = attempt < attempts && (on as readonly string[]).includes(code);
  return again ? backoffSeconds * 2 ** (attempt - 1) : null;
}
