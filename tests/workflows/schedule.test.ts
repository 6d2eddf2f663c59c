import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanStep, Resources } from "../../schemas/plan.ts";
import { outcomeWithout } from "../../workflows/outcomes.ts";
import { stepsToSkip, stepsToStart } from "../../workflows/schedule.ts";

const CAPACITY: Resources = { cpu: 2, gpu: 0, memoryGb: 8 };
const step = (id: string, after: string[] = [], cpu = 1, memoryGb = 1): PlanStep => ({
  id,
  matrix: {},
  secrets: {},
  kind: "eval/mcq",
  version: 1,
  params: {},
  inputs: {},
  outputs: {},
  after,
  resources: { cpu, gpu: 0, memoryGb },
  attempts: 1,
  timeoutSeconds: 1,
  checkpoint: { every: 1, keep: 2 },
});
const done = (of: PlanStep) => [of.id, { ...outcomeWithout(of, "failed"), status: "done" as const }] as const;
const failed = (of: PlanStep) => [of.id, outcomeWithout(of, "failed")] as const;
const ids = (steps: PlanStep[]) => steps.map(({ id }) => id);
const start = (
  steps: PlanStep[],
  finished: Iterable<readonly [string, ReturnType<typeof outcomeWithout>]> = [],
  running: string[] = [],
) => ids(stepsToStart(steps, { finished: new Map(finished), running: new Set(running) }, CAPACITY));

describe("what starts", () => {
  const [a, b, c] = [step("a"), step("b", ["a"]), step("c", ["a"])];

  test("waits for what it needs", () => {
    expect(start([a, b, c])).toEqual(["a"]);
    expect(start([a, b, c], [], ["a"])).toEqual([]);
    expect(start([a, b, c], [done(a)])).toEqual(["b", "c"]);
  });

  test("does not start after a failure", () => {
    expect(start([a, b], [failed(a)])).toEqual([]);
  });

  test("never trains beside another training on two cores", () => {
    const trainings = [step("x", [], 2), step("y", [], 2)];
    expect(start(trainings)).toEqual(["x"]);
    expect(start(trainings, [], ["x"])).toEqual([]);
  });

  test("fills what is free with a smaller step", () => {
    expect(start([step("x", [], 1), step("big", [], 2), step("y", [], 1)])).toEqual(["x", "y"]);
  });

  test("gets all there is when it asks for more", () => {
    expect(start([step("huge", [], 64, 500)])).toEqual(["huge"]);
    expect(start([step("small"), step("huge", [], 64)], [], ["small"])).toEqual([]);
  });
});

test("what hangs on a failure is skipped, all the way down", () => {
  const [a, b, c, d] = [step("a"), step("b", ["a"]), step("c", ["b"]), step("d")];
  expect(ids(stepsToSkip([a, b, c, d], new Map([failed(a)])))).toEqual(["b", "c"]);
});

test("any graph runs to its end within the machine", () => {
  const graphs = fc.array(
    fc.record({
      after: fc.array(fc.nat({ max: 14 }), { maxLength: 3 }),
      cpu: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 1, maxLength: 15 },
  );
  fc.assert(
    fc.property(graphs, (graph) => {
      const steps = graph.map(({ after, cpu }, index) =>
        step(
          `s${index}`,
          after.filter((other) => other < index).map((other) => `s${other}`),
          cpu,
        ),
      );
      const finished = new Map<string, ReturnType<typeof outcomeWithout>>();
      const running = new Set<string>();
      while (finished.size < steps.length) {
        for (const { id } of stepsToStart(steps, { finished, running }, CAPACITY)) running.add(id);
        const used = steps
          .filter(({ id }) => running.has(id))
          .reduce((sum, { resources }) => sum + Math.min(resources.cpu, CAPACITY.cpu), 0);
        expect(used).toBeLessThanOrEqual(CAPACITY.cpu);
        const next = [...running][0];
        if (next === undefined) throw new Error("nothing runs and nothing can start");
        running.delete(next);
        finished.set(...done(steps.find(({ id }) => id === next)!));
      }
    }),
  );
});
