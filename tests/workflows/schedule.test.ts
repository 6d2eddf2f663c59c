import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanStep, Resources, StepResult } from "../../schemas/plan.ts";
import { Schedule } from "../../workflows/schedule.ts";
import { planStep } from "../support/plans.ts";

const CAPACITY: Resources = { cpu: 2, gpu: 0, memoryGb: 8 };
const step = (id: string, after: string[] = [], cpu = 1, memoryGb = 1): PlanStep =>
  planStep(id, after, { resources: { cpu, gpu: 0, memoryGb } });
const DONE: StepResult = { status: "done", outputs: {} };
const FAILED: StepResult = { status: "failed", outputs: {} };
const ids = (steps: PlanStep[]) => steps.map(({ id }) => id);
const schedule = (steps: PlanStep[]) => new Schedule(steps, CAPACITY);

describe("what starts", () => {
  test("waits for what it needs", () => {
    const plan = schedule([step("a"), step("b", ["a"]), step("c", ["a"])]);
    expect(ids(plan.take())).toEqual(["a"]);
    expect(plan.take()).toEqual([]);
    plan.finish("a", DONE);
    expect(ids(plan.take())).toEqual(["b", "c"]);
  });

  test("does not start after a failure: what hangs on it is skipped, all the way down", () => {
    const plan = schedule([step("a"), step("b", ["a"]), step("c", ["b"]), step("d")]);
    plan.take();
    plan.finish("a", FAILED);
    expect(["b", "c", "d"].map((id) => plan.result(id)?.status)).toEqual(["skipped", "skipped", undefined]);
    plan.finish("d", DONE);
    expect(plan.over).toBe(true);
  });

  test("never trains beside another training on two cores", () => {
    const plan = schedule([step("x", [], 2), step("y", [], 2)]);
    expect(ids(plan.take())).toEqual(["x"]);
    expect(plan.take()).toEqual([]);
  });

  test("does not start beside what leaves it too little memory, or no GPU", () => {
    const wide = { cpu: 8, gpu: 2, memoryGb: 8 };
    const on = (id: string, gpu: number, memoryGb: number) =>
      planStep(id, [], { resources: { cpu: 1, gpu, memoryGb } });
    const plan = new Schedule(
      [on("a", 0, 5), on("b", 0, 3.5), on("c", 1, 1), on("d", 2, 1), on("e", 1, 1)],
      wide,
    );
    expect(ids(plan.take())).toEqual(["a", "c", "e"]);
    plan.finish("a", DONE);
    expect(ids(plan.take())).toEqual(["b"]);
    plan.finish("c", DONE);
    expect(ids(plan.take())).toEqual([]);
    plan.finish("e", DONE);
    expect(ids(plan.take())).toEqual(["d"]);
  });

  test("fits to the last bit of memory, though sums of fractions are not exact", () => {
    const parts = ["a", "b", "c"].map((id) =>
      planStep(id, [], { resources: { cpu: 0, gpu: 0, memoryGb: 0.1 } }),
    );
    const plan = new Schedule(parts, { cpu: 1, gpu: 0, memoryGb: 0.3 });
    expect(ids(plan.take())).toEqual(["a", "b", "c"]);
  });

  test("fills what is free with a smaller step", () => {
    expect(ids(schedule([step("x", [], 1), step("big", [], 2), step("y", [], 1)]).take())).toEqual([
      "x",
      "y",
    ]);
  });

  test("gets all there is when it asks for more", () => {
    expect(ids(schedule([step("huge", [], 64, 500)]).take())).toEqual(["huge"]);
    expect(ids(schedule([step("small"), step("huge", [], 64)]).take())).toEqual(["small"]);
  });

  test("goes in the plan's order, also among steps that take unlike amounts", () => {
    const wide = { cpu: 8, gpu: 0, memoryGb: 8 };
    const plan = new Schedule([step("a", [], 1), step("b", [], 2), step("c", [], 1), step("d", [], 2)], wide);
    expect(ids(plan.take())).toEqual(["a", "b", "c", "d"]);
  });

  test("is no more at a time than a worker can hold", () => {
    const many = Array.from({ length: 250 }, (_, index) => step(`s${index}`));
    const plan = new Schedule(many, { cpu: 1000, gpu: 0, memoryGb: 1000 });
    expect([...plan.running]).toEqual([]);
    expect(plan.take()).toHaveLength(200);
    plan.finish("s7", DONE);
    expect(ids(plan.take())).toEqual(["s200"]);
  });

  test("that was stopped for a pause can start again, in its place", () => {
    const plan = schedule([step("a", [], 2), step("b", [], 2)]);
    plan.take();
    plan.release("a");
    expect([...plan.running]).toEqual([]);
    expect(ids(plan.take())).toEqual(["a"]);
  });
});

describe("what ends", () => {
  const REUSED: StepResult = { status: "reused", outputs: {} };
  const CANCELLED: StepResult = { status: "cancelled", outputs: {} };

  test("a reused result is as good as one that was made", () => {
    const plan = schedule([step("a"), step("b", ["a"])]);
    plan.finish("a", REUSED);
    expect(ids(plan.take())).toEqual(["b"]);
  });

  test("what hangs on a cancelled step is cancelled with it", () => {
    const plan = schedule([step("a"), step("b", ["a"]), step("c", ["b"])]);
    plan.finish("a", CANCELLED);
    expect(["b", "c"].map((id) => plan.result(id))).toEqual([CANCELLED, CANCELLED]);
  });

  test("a step keeps its first result, whatever becomes of those before it", () => {
    const plan = schedule([step("a"), step("b", ["a"])]);
    plan.finish("b", REUSED);
    plan.finish("a", FAILED);
    plan.finish("a", DONE);
    expect(["a", "b"].map((id) => plan.result(id)?.status)).toEqual(["failed", "reused"]);
    expect(plan.over).toBe(true);
  });

  test("what did not run gives nothing back; what is of no step of the plan is passed over", () => {
    const steps = [step("a", [], 2), step("b", [], 2), step("c", [], 2)];
    const plan = new Schedule(steps, CAPACITY, [
      ["a", DONE],
      ["gone", DONE],
    ]);
    expect(plan.result("gone")).toBeUndefined();
    expect(ids(plan.take())).toEqual(["b"]);
  });

  test("outputs are carried while any step waits for them", () => {
    const plan = schedule([step("a"), step("b", ["a"]), step("c", ["a"])]);
    const outputs = { model: { uri: "u", digest: "d", type: "model" as const } };
    plan.finish("a", { status: "done", outputs });
    plan.finish("b", DONE);
    expect(Object.fromEntries(plan.carried())["a"]).toEqual({ status: "done", outputs });
    plan.finish("c", FAILED);
    expect(Object.fromEntries(plan.carried())["a"]).toEqual({ status: "done", outputs: {} });
  });
});

test("a schedule that goes on with a new history knows what the old one knew", () => {
  const steps = [step("a"), step("b", ["a"]), step("c", ["b"])];
  const before = schedule(steps);
  before.take();
  const outputs = { model: { uri: "u", digest: "d", type: "model" as const } };
  before.finish("a", { status: "done", outputs });
  expect([...before.carried()]).toEqual([["a", { status: "done", outputs }]]);
  const after = new Schedule(steps, CAPACITY, before.carried());
  expect(ids(after.take())).toEqual(["b"]);
  after.finish("b", { status: "done", outputs });
  // Nobody waits for the first one any more.
  expect([...after.carried()][0]).toEqual(["a", { status: "done", outputs: {} }]);
});

test("what carries on knows the results of steps that could have begun", () => {
  const steps = [step("a"), step("b"), step("c", ["b"])];
  expect(ids(new Schedule(steps, CAPACITY, [["a", DONE]]).take())).toEqual(["b"]);
  expect(
    new Schedule(
      steps,
      CAPACITY,
      steps.map(({ id }) => [id, DONE] as const),
    ).over,
  ).toBe(true);
});

test("any graph runs to its end within the machine, with pauses and failures", () => {
  const graphs = fc.array(
    fc.record({
      after: fc.array(fc.nat({ max: 14 }), { maxLength: 3 }),
      cpu: fc.integer({ min: 0, max: 5 }),
      end: fc.constantFrom<"done" | "failed" | "paused">("done", "failed", "paused"),
    }),
    { minLength: 1, maxLength: 15 },
  );
  fc.assert(
    fc.property(graphs, (graph) => {
      const steps = graph.map(({ after, cpu }, index) =>
        step(
          `s${index}`,
          [...new Set(after.filter((other) => other < index).map((other) => `s${other}`))],
          cpu,
        ),
      );
      const plan = schedule(steps);
      const paused = new Set<string>();
      while (!plan.over) {
        plan.take();
        const used = steps
          .filter(({ id }) => plan.running.has(id))
          .reduce((sum, { resources }) => sum + Math.min(resources.cpu, CAPACITY.cpu), 0);
        expect(used).toBeLessThanOrEqual(CAPACITY.cpu);
        const next = [...plan.running][0];
        if (next === undefined) throw new Error("nothing runs and nothing can start");
        const { end } = graph[Number(next.slice(1))]!;
        if (end === "paused" && !paused.has(next)) {
          paused.add(next);
          plan.release(next);
        } else plan.finish(next, end === "failed" ? FAILED : DONE);
      }
      for (const { id, after } of steps) {
        const whole = after.every((other) => plan.result(other)!.status === "done");
        expect(plan.result(id)!.status === "skipped").toBe(!whole);
      }
    }),
  );
});
