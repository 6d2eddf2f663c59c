import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import type { StepOutcome } from "../schemas/plan.ts";

type Trace = Pick<StepOutcome, "attempts" | "resumed_from" | "repeated" | "seconds_lost" | "started">;

interface Attempt {
  start: number;
  /** Units of work that it had from a checkpoint. */
  from: number;
  /** Most units of work done. */
  done: number;
  /** When it had done so many units: at progress and at checkpoints. */
  times: Map<number, number>;
}

/** What a step's events say of its attempts: how often it was lost, and what that cost. */
export function traceOf(events: readonly TrainerEvent[]): Trace {
  const attempts: Attempt[] = [];
  const resumed: number[] = [];
  for (const event of events) {
    if (event.event === "attempt") attempts.push({ start: event.time, from: 0, done: 0, times: new Map() });
    const current = attempts.at(-1);
    if (current === undefined) continue;
    if (event.event === "resumed") {
      resumed.push(event.done);
      Object.assign(current, { from: event.done, done: event.done });
    }
    const units = event.event === "progress" ? event.done : event.event === "checkpoint" ? event.step : null;
    if (units === null) continue;
    current.done = Math.max(current.done, units);
    current.times.set(units, event.time);
  }
  const first = attempts[0]?.start;
  const lost = attempts.slice(1).map((next, index) => lossBetween(attempts[index]!, next));
  return {
    attempts: attempts.length,
    resumed_from: resumed,
    repeated: lost.reduce((sum, { units }) => sum + units, 0),
    seconds_lost: Number(lost.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)),
    started: first === undefined ? null : new Date(first * 1000).toISOString(),
  };
}

/** What stood in no checkpoint is done again; the time until the next attempt begins is lost as well. */
function lossBetween(lost: Attempt, next: Attempt): { units: number; seconds: number } {
  const since = next.from > lost.from ? (lost.times.get(next.from) ?? lost.start) : lost.start;
  return { units: Math.max(0, lost.done - next.from), seconds: Math.max(0, next.start - since) };
}
