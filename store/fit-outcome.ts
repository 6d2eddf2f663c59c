import { defectsOf } from "../schemas/schema-defects.ts";
import { validateOutcome } from "../schemas/validators.ts";
import type { StepOutcome } from "../schemas/plan.ts";

/** What can be used of a step's outcome as it was found, and why it is not all of it. */
export interface Fitted {
  /** Null where too little of it can be read. */
  outcome: StepOutcome | null;
  defects: string[];
}

/** Checks an outcome by the record's schema. Metrics that are no finite numbers are left out, and named. */
export function fitOutcome(value: unknown): Fitted {
  const defects = defectsOf(validateOutcome(), value);
  if (defects.length === 0) return { outcome: value as StepOutcome, defects };
  const { metrics, ...rest } = (value ?? {}) as Record<string, unknown>;
  const pruned = { ...rest, metrics: finiteOf(metrics) };
  const fits = defectsOf(validateOutcome(), pruned).length === 0;
  return { outcome: fits ? (pruned as unknown as StepOutcome) : null, defects };
}

const finiteOf = (metrics: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(metrics ?? {}).filter(([, value]) => Number.isFinite(value)));
