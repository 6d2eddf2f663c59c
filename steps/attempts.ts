import { eventsIn } from "../data/events/event-tail.ts";
import type { StepRequest } from "../schemas/plan.ts";
import type { Store } from "../store/store.ts";

/** How often the step's program was begun; a wait for another attempt does not count. */
export async function attemptsOf(store: Store, { run, step }: StepRequest): Promise<number> {
  const events = await eventsIn(store.runs.step(run, step.id).events).catch(() => []);
  return events.filter(({ event }) => event === "attempt").length;
}
