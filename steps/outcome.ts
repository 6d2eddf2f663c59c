import type { StepOutcome, StepRequest, StepResult } from "../schemas/plan.ts";
import { reusedOutcome, type FinishedStep } from "../store/finished-steps.ts";
import { traceOf } from "../store/trace.ts";
import { eventsIn } from "../data/events/event-tail.ts";
import { threadsOf } from "../host/threads.ts";
import type { Store } from "../store/store.ts";

/**
 * The outcome of a step whose result is in the store. What this very run made is done, also when the worker that made it
 * was lost before it could say so; what another run made is reused.
 */
export async function outcomeOf(
  store: Store,
  { run, step, inputs }: StepRequest,
  fingerprint: string,
  finished: FinishedStep,
): Promise<StepOutcome> {
  const threads = threadsOf(step);
  const reused = reusedOutcome({ id: step.id, kind: step.kind, fingerprint, inputs, threads }, finished);
  if (finished.run !== run) return reused;
  const file = store.runs.step(run, step.id).events;
  const trace = traceOf(await eventsIn(file));
  if (trace.attempts === 0) return reused;
  return {
    ...reused,
    status: "done",
    ...trace,
    ended: finished.made,
    log: finished.log,
    events: finished.events,
  };
}

/** Notes what the step came to, for views and the record, and gives the workflow what it needs of it. */
export async function noteOutcome(
  store: Store,
  request: StepRequest,
  fingerprint: string,
  finished: FinishedStep,
): Promise<StepResult> {
  const outcome = await outcomeOf(store, request, fingerprint, finished);
  await store.runs.saveOutcome(request.run, outcome);
  return { status: outcome.status, outputs: finished.outputs };
}
