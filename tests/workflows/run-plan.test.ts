import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import type { FinishedRun, PlanStep, RunRequest, StepRequest, StepResult } from "../../schemas/plan.ts";
import type { runPlan } from "../../workflows/run-plan.ts";
import { planStep } from "../support/plans.ts";

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: "existing-path", path: findToolchain().server! } },
  });
});
afterAll(() => environment.teardown());

const step = (id: string, after: string[] = [], attempts = 1): PlanStep => {
  const plain = planStep(id, after);
  return {
    ...plain,
    inputs: Object.fromEntries(
      after.map((other) => [other, { from: "step" as const, step: other, output: "metrics" }]),
    ),
    outputs: { metrics: "metrics" },
    retry: { ...plain.retry, attempts },
  };
};
const done = ({ step: { id } }: StepRequest): StepResult => ({
  status: "done",
  outputs: { metrics: { uri: `artifacts/${id}/content`, digest: id, type: "metrics" } },
});
const fails = (type: string) => {
  throw ApplicationFailure.create({ type, message: `it is ${type}`, nonRetryable: true });
};

let count = 0;

/** Runs steps on the real server with activities that the test gives; returns what the record would be made of. */
async function run(
  steps: PlanStep[],
  activity: (request: StepRequest) => StepResult | Promise<StepResult>,
  during?: (id: string) => Promise<void>,
  more: Partial<RunRequest> = {},
) {
  const taskQueue = `queue-${count++}`;
  const asked: StepRequest[] = [];
  let finished: FinishedRun | undefined;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    // As the engine's: a cancellation reaches an activity only with a heartbeat's answer.
    maxHeartbeatThrottleInterval: "1s",
    workflowBundle: { codePath: path.join(packageRoot, "dist", "workflow-bundle.js") },
    activities: {
      step: async (request: StepRequest) => {
        asked.push(request);
        return activity(request);
      },
      writeRecord: async (record: FinishedRun) => {
        finished = record;
      },
    },
  });
  const request = {
    run: taskQueue,
    plan: { steps, secrets: ["TOKEN"] },
    capacity: { cpu: 2, gpu: 0, memoryGb: 8 },
    inputs: {},
    heartbeatSeconds: 120,
    failFast: false,
    redo: null,
    ...more,
  };
  const result = await worker.runUntil(async () => {
    const handle = await environment.client.workflow.start<typeof runPlan>("runPlan", {
      args: [request as unknown as RunRequest],
      taskQueue,
      workflowId: taskQueue,
    });
    await during?.(taskQueue);
    return handle.result().then(
      ({ status }) => status,
      (error: unknown) => String(error),
    );
  });
  return { result, asked, finished: finished! };
}

const statuses = (finished: FinishedRun) => Object.values(finished.statuses);

describe("the interpreter", () => {
  test("gives each step the artifacts that it names, and ends with a record", async () => {
    const { result, asked, finished } = await run([step("a"), step("b", ["a"]), step("c", ["a", "b"])], done);
    expect(result).toBe("done");
    expect(asked.at(-1)!.inputs).toMatchObject({ a: { digest: "a" }, b: { digest: "b" } });
    expect(statuses(finished)).toEqual(["done", "done", "done"]);
  });

  test("a failure skips what hangs on it and lets the rest go on", async () => {
    const steps = [step("a"), step("b", ["a"]), step("c", ["b"]), step("d")];
    const { result, finished } = await run(steps, (request) =>
      request.step.id === "a" ? fails("gate") : done(request),
    );
    expect(result).toBe("failed");
    expect(statuses(finished)).toEqual(["failed", "skipped", "skipped", "done"]);
    expect(finished.failures).toEqual([{ step: "a", code: "gate", message: "it is gate" }]);
  });

  test("a program's failure is tried again as often as the recipe says", async () => {
    let tries = 0;
    const { result, asked } = await run([step("a", [], 3)], (request) =>
      ++tries < 3 ? fails("exit") : done(request),
    );
    expect(result).toBe("done");
    expect(asked).toHaveLength(3);
    const again = await run([step("a", [], 2)], () => fails("exit"));
    expect([again.result, again.asked.length]).toEqual(["failed", 2]);
  });

  test("a failure that would come again is not tried again", async () => {
    const { asked } = await run([step("a", [], 5)], () => fails("data"));
    expect(asked).toHaveLength(1);
  });

  test("a lost worker does not use up the recipe's tries", async () => {
    let tries = 0;
    const { result, asked } = await run([step("a", [], 1)], (request) => {
      if (++tries < 3)
        throw ApplicationFailure.create({ type: "WorkerLost", message: "gone", nextRetryDelay: "1ms" });
      return done(request);
    });
    expect([result, asked.length]).toEqual(["done", 3]);
  });

  test("a step that takes longer than its timeout fails, and is tried as often as the recipe says", async () => {
    const slow = { ...step("a", [], 2), timeoutSeconds: 1 };
    const { result, asked, finished } = await run([slow], () => sleep(3_000).then(() => fails("late")));
    expect([result, asked.length]).toEqual(["failed", 2]);
    expect(finished.failures).toMatchObject([{ step: "a", code: "timeout" }]);
  });

  test("only failures of the classes that the recipe names are tried again", async () => {
    const only = { ...step("a"), retry: { attempts: 3, backoffSeconds: 0.1, on: ["oom" as const] } };
    expect((await run([only], () => fails("exit"))).asked).toHaveLength(1);
    expect((await run([only], () => fails("oom"))).asked).toHaveLength(3);
  });

  test("the wait before a further try doubles", async () => {
    const times: number[] = [];
    const patient = { ...step("a"), retry: { attempts: 3, backoffSeconds: 1, on: ["exit" as const] } };
    await run([patient], () => {
      times.push(Date.now());
      return fails("exit");
    });
    expect(times[1]! - times[0]!).toBeGreaterThan(950);
    expect(times[2]! - times[1]!).toBeGreaterThan(1950);
  });

  test("cancelling ends what runs, starts nothing more, and still writes the record", async () => {
    let gone = false;
    const waits = () => untilCancelled(() => (gone = true));
    const { result, finished, asked } = await run([step("a"), step("b", ["a"])], waits, async (id) => {
      const handle = environment.client.workflow.getHandle(id);
      await underWay(id);
      await handle.cancel();
    });
    expect(result).toContain("WorkflowFailedError");
    expect(gone).toBe(true);
    expect(finished.status).toBe("cancelled");
    expect(statuses(finished)).toEqual(["cancelled", "cancelled"]);
    expect(asked).toHaveLength(1);
  });

  test("a pause stops what runs and holds nothing; resumed, the same steps start again", async () => {
    let tries = 0;
    const { result, asked, finished } = await run(
      [step("a"), step("b", ["a"])],
      (request) => (++tries === 1 ? untilCancelled(() => {}) : done(request)),
      async (id) => {
        const handle = environment.client.workflow.getHandle(id);
        await underWay(id);
        await handle.signal("pause");
        while ((await handle.query<{ running: string[] }>("state")).running.length > 0) await sleep(50);
        expect((await handle.describe()).raw.pendingActivities ?? []).toEqual([]);
        await sleep(300);
        expect(tries).toBe(1);
        await handle.signal("resume");
      },
    );
    expect(result).toBe("done");
    expect(asked.map(({ step: { id } }) => id)).toEqual(["a", "a", "b"]);
    expect(statuses(finished)).toEqual(["done", "done"]);
  });

  test("tries are counted on after a pause", async () => {
    const tries: string[] = [];
    const only = { ...step("a"), retry: { attempts: 3, backoffSeconds: 0.1, on: ["exit" as const] } };
    const { asked, finished } = await run(
      [only],
      ({ step: { id } }) => (tries.push(id) === 2 ? untilCancelled(() => {}) : fails("exit")),
      async (id) => {
        const handle = environment.client.workflow.getHandle(id);
        while (tries.length < 2) await sleep(50);
        await handle.signal("pause");
        while ((await handle.query<{ running: string[] }>("state")).running.length > 0) await sleep(50);
        await handle.signal("resume");
      },
    );
    expect(statuses(finished)).toEqual(["failed"]);
    // Three that failed, and the one that the pause stopped.
    expect(asked).toHaveLength(4);
  });

  test("a paused run can be cancelled", async () => {
    const { finished } = await run(
      [step("a")],
      () => untilCancelled(() => {}),
      async (id) => {
        const handle = environment.client.workflow.getHandle(id);
        await underWay(id);
        await handle.signal("pause");
        while ((await handle.query<{ running: string[] }>("state")).running.length > 0) await sleep(50);
        await handle.cancel();
      },
    );
    expect(finished).toMatchObject({ status: "cancelled", statuses: { a: "cancelled" } });
  });

  test("with failFast the first failure ends everything", async () => {
    const { result, finished } = await run(
      [step("a"), step("b"), step("c", ["b"])],
      (request) =>
        request.step.id === "a" ? sleep(300).then(() => fails("data")) : untilCancelled(() => {}),
      undefined,
      { failFast: true },
    );
    expect(result).toBe("failed");
    expect(statuses(finished)).toEqual(["failed", "cancelled", "cancelled"]);
  });

  test("steps that are to be done again are told since when, and no step gets another one's secrets", async () => {
    const redo = { steps: ["b"], since: "2026-01-01T00:00:00.000Z" };
    const { asked } = await run([step("a"), step("b", ["a"])], done, undefined, { redo });
    expect(asked.map(({ redoneSince }) => redoneSince)).toEqual([null, redo.since]);
    expect(asked[0]!.withheld).toEqual(["TOKEN"]);
  });
});

/** An activity that runs until it is told to stop, and then takes a moment. */
async function untilCancelled(gone: () => void): Promise<never> {
  const beat = setInterval(() => Context.current().heartbeat(), 100);
  try {
    return await Context.current().cancelled;
  } finally {
    await sleep(500);
    gone();
    clearInterval(beat);
  }
}

async function underWay(id: string): Promise<void> {
  const handle = environment.client.workflow.getHandle(id);
  while (((await handle.describe()).raw.pendingActivities ?? []).length === 0) await sleep(20);
}
