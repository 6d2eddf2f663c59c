import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApplicationFailure } from "@temporalio/common";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findToolchain, packageRoot } from "../../activities/toolchain.ts";
import type { FinishedRun } from "../../activities/write-record.ts";
import type { PlanStep, RunRequest, StepOutcome, StepRequest } from "../../schemas/plan.ts";
import { outcomeWithout } from "../../workflows/outcomes.ts";
import type { runPlan } from "../../workflows/run-plan.ts";

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: "existing-path", path: findToolchain().server! } },
  });
});
afterAll(() => environment.teardown());

const step = (id: string, after: string[] = [], attempts = 1): PlanStep => ({
  id,
  matrix: {},
  secrets: {},
  kind: "eval/mcq",
  version: 1,
  params: {},
  inputs: Object.fromEntries(
    after.map((other) => [other, { from: "step" as const, step: other, output: "metrics" }]),
  ),
  outputs: { metrics: "metrics" },
  after,
  resources: { cpu: 1, gpu: 0, memoryGb: 1 },
  attempts,
  timeoutSeconds: 60,
  checkpoint: { every: 1, keep: 2 },
});
const done = ({ step: { id } }: StepRequest): StepOutcome => ({
  ...outcomeWithout(step(id), "failed"),
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
  activity: (request: StepRequest) => StepOutcome | Promise<StepOutcome>,
  during?: (id: string) => Promise<void>,
) {
  const taskQueue = `queue-${count++}`;
  const asked: StepRequest[] = [];
  let finished: FinishedRun | undefined;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: path.join(packageRoot, "dist", "workflow-bundle.js") },
    activities: {
      "eval/mcq": async (request: StepRequest) => {
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
    home: "/none",
    plan: { steps },
    capacity: { cpu: 2, gpu: 0, memoryGb: 8 },
    inputs: {},
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

const statuses = ({ outcomes }: FinishedRun) => outcomes.map(({ id, status }) => `${id} ${status}`);

describe("the interpreter", () => {
  test("gives each step the artifacts that it names, and ends with a record", async () => {
    const { result, asked, finished } = await run([step("a"), step("b", ["a"]), step("c", ["a", "b"])], done);
    expect(result).toBe("done");
    expect(asked.at(-1)!.inputs).toMatchObject({ a: { digest: "a" }, b: { digest: "b" } });
    expect(statuses(finished)).toEqual(["a done", "b done", "c done"]);
  });

  test("a failure skips what hangs on it and lets the rest go on", async () => {
    const steps = [step("a"), step("b", ["a"]), step("c", ["b"]), step("d")];
    const { result, finished } = await run(steps, (request) =>
      request.step.id === "a" ? fails("gate") : done(request),
    );
    expect(result).toBe("failed");
    expect(statuses(finished)).toEqual(["a failed", "b skipped", "c skipped", "d done"]);
    expect(finished.failure).toEqual({ step: "a", code: "gate", message: "it is gate" });
  });

  test("a program's failure is tried again as often as the recipe says", async () => {
    let tries = 0;
    const { result, asked } = await run([step("a", [], 3)], (request) =>
      ++tries < 3 ? fails("program") : done(request),
    );
    expect(result).toBe("done");
    expect(asked).toHaveLength(3);
    const again = await run([step("a", [], 2)], () => fails("program"));
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
    expect(finished.failure).toMatchObject({ step: "a", code: "timeout" });
  });

  test("cancelling ends what runs, starts nothing more, and still writes the record", async () => {
    const { Context } = await import("@temporalio/activity");
    let gone = false;
    const waits = async () => {
      const beat = setInterval(() => Context.current().heartbeat(), 100);
      try {
        return await Context.current().cancelled;
      } finally {
        await sleep(500);
        gone = true;
        clearInterval(beat);
      }
    };
    const { result, finished, asked } = await run([step("a"), step("b", ["a"])], waits, async (id) => {
      const handle = environment.client.workflow.getHandle(id);
      while (((await handle.describe()).raw.pendingActivities ?? []).length === 0);
      await handle.cancel();
    });
    expect(result).toContain("WorkflowFailedError");
    expect(gone).toBe(true);
    expect(finished.status).toBe("cancelled");
    expect(statuses(finished)).toEqual(["a cancelled", "b cancelled"]);
    expect(asked).toHaveLength(1);
  });
});
