import { describe, expect, test, vi } from "vitest";
import type { PlanStep, Resources, StepResult } from "../../schemas/plan.ts";
import { Schedule } from "../../workflows/schedule.ts";
import { planStep } from "../support/plans.ts";

const CAPACITY: Resources = { cpu: 2, gpu: 0, memoryGb: 8 };
const step = (id: string, after: string[] = [], cpu = 1): PlanStep =>
  planStep(id, after, { resources: { cpu, gpu: 0, memoryGb: 1 } });
const DONE: StepResult = { status: "done", outputs: {} };
const schedule = (steps: PlanStep[]) => new Schedule(steps, CAPACITY);

const PASSES = ["concat", "filter", "find", "flatMap", "indexOf", "map", "slice", "some", "splice"] as const;

/** What a schedule looks at: parts of steps that are read, and elements of arrays that are gone through as a whole. */
function operationsOf(steps: readonly PlanStep[], work: (steps: PlanStep[]) => void): number {
  let count = 0;
  const counted = steps.map((one) =>
    Object.defineProperties(
      { ...one },
      Object.fromEntries(
        Object.entries(one).map(([key, value]) => [key, { get: () => (count++, value as unknown) }]),
      ),
    ),
  );
  const spies = PASSES.map((name) => {
    const original = Array.prototype[name] as (...given: unknown[]) => unknown;
    return vi.spyOn(Array.prototype, name).mockImplementation(function (
      this: unknown[],
      ...given: unknown[]
    ) {
      count += this.length;
      return original.apply(this, given) as never;
    });
  });
  try {
    work(counted);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return count;
}

const SHAPES: Record<string, (index: number, size: number) => string[]> = {
  "in a chain": (index) => (index === 0 ? [] : [`s${index - 1}`]),
  "side by side": () => [],
  "that all wait for one": (index) => (index === 0 ? [] : ["s0"]),
  "of which the last waits for all": (index, size) =>
    index < size - 1 ? [] : Array.from({ length: size - 1 }, (_, other) => `s${other}`),
};
const planOf = (size: number, after: (index: number, size: number) => string[]) =>
  // Two shapes of steps, so that some do not fit while others do.
  Array.from({ length: size }, (_, index) => step(`s${index}`, after(index, size), 1 + (index % 2)));
const runToItsEnd = (steps: PlanStep[]) => {
  const running = schedule(steps);
  while (!running.over) for (const { id } of running.take()) running.finish(id, DONE);
};
const goOn = (steps: PlanStep[]) => {
  const carried = steps.slice(0, 0.8 * steps.length).map(({ id }) => [id, DONE] as const);
  const going = new Schedule(steps, CAPACITY, carried);
  going.take();
  expect([...going.carried()]).toHaveLength(carried.length);
};

describe.each(Object.entries(SHAPES))("with twice as many steps %s", (_, after) => {
  test.each([
    ["a whole run", runToItsEnd],
    ["going on with four fifths of them done", goOn],
  ])("%s takes about twice as much", (_name, work) => {
    const [once, twice] = [2_000, 4_000].map((size) => operationsOf(planOf(size, after), work));
    expect(once!).toBeGreaterThan(2_000);
    expect(twice! / once!).toBeLessThan(2.2);
  });
});
