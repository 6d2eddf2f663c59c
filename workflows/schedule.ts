import type { PlanStep, Resources, StepOutcome } from "../schemas/plan.ts";

export interface Progress {
  finished: ReadonlyMap<string, StepOutcome>;
  running: ReadonlySet<string>;
}

const succeeded = (outcome: StepOutcome | undefined): boolean =>
  outcome?.status === "done" || outcome?.status === "reused";

/**
 * Steps to start now, in plan order: all they wait for has succeeded, and they fit beside what runs. A step that
 * asks for more than there is gets all of it, alone.
 */
export function stepsToStart(
  steps: readonly PlanStep[],
  progress: Progress,
  capacity: Resources,
): PlanStep[] {
  const { finished, running } = progress;
  let free = steps
    .filter(({ id }) => running.has(id))
    .reduce((left, step) => subtract(left, clamp(step.resources, capacity)), capacity);
  const chosen: PlanStep[] = [];
  for (const step of steps) {
    if (finished.has(step.id) || running.has(step.id)) continue;
    if (!step.after.every((id) => succeeded(finished.get(id)))) continue;
    const wants = clamp(step.resources, capacity);
    if (!fits(wants, free)) continue;
    chosen.push(step);
    free = subtract(free, wants);
  }
  return chosen;
}

/** Steps that can never start, because one that they wait for did not succeed. */
export function stepsToSkip(
  steps: readonly PlanStep[],
  finished: ReadonlyMap<string, StepOutcome>,
): PlanStep[] {
  const lost = new Set([...finished].filter(([, outcome]) => !succeeded(outcome)).map(([id]) => id));
  const skipped: PlanStep[] = [];
  for (const step of steps) {
    if (finished.has(step.id) || !step.after.some((id) => lost.has(id))) continue;
    lost.add(step.id);
    skipped.push(step);
  }
  return skipped;
}

/** What a step really gets of the machine. */
export function clamp(wants: Resources, capacity: Resources): Resources {
  return {
    cpu: Math.min(wants.cpu, capacity.cpu),
    gpu: Math.min(wants.gpu, capacity.gpu),
    memoryGb: Math.min(wants.memoryGb, capacity.memoryGb),
  };
}

const subtract = (from: Resources, what: Resources): Resources => ({
  cpu: from.cpu - what.cpu,
  gpu: from.gpu - what.gpu,
  memoryGb: from.memoryGb - what.memoryGb,
});

const fits = (wants: Resources, free: Resources): boolean =>
  wants.cpu <= free.cpu && wants.gpu <= free.gpu && wants.memoryGb <= free.memoryGb;
