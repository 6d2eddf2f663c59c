import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import type { StepOutcome } from "../schemas/plan.ts";

/** The models on the hub that a step's events say it used, by parameter, as part of its outcome; the last attempt counts. */
export function hubModels(events: readonly TrainerEvent[]): Pick<StepOutcome, "hub"> {
  const found = events.flatMap((event) => {
    if (event.event !== "hub") return [];
    const { parameter, id, revision, commit } = event;
    return [[parameter, { id, revision, commit }] as const];
  });
  return found.length === 0 ? {} : { hub: Object.fromEntries(found) };
}
