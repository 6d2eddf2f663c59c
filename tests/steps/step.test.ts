import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Kinds } from "../../core/kinds.ts";
import { StepFailure } from "../../core/step-failure.ts";
import type { KindSchema } from "../../schemas/kinds.ts";
import type { OutsideKind, PlanStep, StepOutcome, StepRequest, StepResult } from "../../schemas/plan.ts";
import { isAtWork } from "../../steps/at-work.ts";
import type { Perform, StepContext } from "../../steps/context.ts";
import { stepActivity } from "../../steps/step.ts";
import { openStore, type Store } from "../../store/store.ts";
import { temporaryFolder } from "../support/folders.ts";
import { planStep } from "../support/plans.ts";

const RUN = "demo-20261127-000000-abcdef";
const LATER = "demo-20261128-000000-abcdef";

const parameter = (affects: "result" | "resume" | "naming") => ({
  ...{ description: "a", type: "number", "x-affects": affects },
});
const schema: KindSchema = {
  ...{ $id: "test", title: "toy/add", description: "Adds.", "x-version": 1, "x-tools": [], required: [] },
  ...{ "x-outputs": { sum: "path" }, "x-metrics": {}, "x-resources": { cpu: 1, memory_gb: 1 } },
  properties: { to: parameter("result"), times: parameter("resume"), label: parameter("naming") },
};

let root = "";
let store: Store;
/** The contexts that the kind's work was given, in order. */
let given: StepContext[] = [];
let work: Perform;

/** What the kind does unless a test says otherwise. */
const add: Perform = async ({ outputs, step }) => {
  writeFileSync(path.join(outputs["sum"]!, "sum.txt"), String(step.params["to"]));
  return { sum: 1 };
};

beforeEach(() => {
  root = temporaryFolder();
  store = openStore(root);
  given = [];
  work = add;
});

const requestOf = (more: Partial<StepRequest> = {}, step: Partial<PlanStep> = {}): StepRequest => ({
  ...{ run: RUN, inputs: {}, withheld: [], heartbeatSeconds: 120, redoneSince: null },
  step: planStep("s", [], { kind: "toy/add", params: { to: 2 }, outputs: { sum: "path" }, ...step }),
  ...more,
});

const perform: Perform = (context) => {
  given.push(context);
  return work(context);
};

function begin(request = requestOf(), outside?: (kind: OutsideKind) => never) {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") });
  const kinds = new Kinds([{ name: "toy/add", schema, perform: () => Promise.resolve({ perform }) }]);
  const act = stepActivity(kinds, outside ?? (() => expect.unreachable()), store);
  return { environment, ended: environment.run<[StepRequest], StepResult, typeof act>(act, request) };
}

const run = (request?: StepRequest) => begin(request).ended;
const again = (more: Partial<StepRequest> = {}) => requestOf({ run: LATER, ...more });

const filesOf = (name = RUN) => store.runs.step(name, "s");
const fileOf = (note: string, name = RUN) => path.join(filesOf(name).folder, `${note}.json`);
const outcomeOf = (name = RUN) => JSON.parse(readFileSync(fileOf("outcome", name), "utf8")) as StepOutcome;
const saidOf = (name = RUN) => readFileSync(filesOf(name).events, "utf8");
/** The folder of a step that is done goes soon after. */
const noneLeft = () => vi.waitFor(() => expect(readdirSync(path.join(root, "work"))).toEqual([]));

describe("a step that works", () => {
  test("publishes its outputs, notes its outcome, and leaves no folder", async () => {
    const { status, outputs } = await run();
    expect(status).toBe("done");
    const folder = await store.artifacts.get(outputs["sum"]!);
    expect(readFileSync(path.join(folder, "sum.txt"), "utf8")).toBe("2");
    expect(outcomeOf()).toMatchObject({
      ...{ id: "s", kind: "toy/add", status: "done", attempts: 1, metrics: { sum: 1 }, failure: null },
      ...{ log: "s/log.txt", events: "s/events.jsonl", fingerprint: given[0]!.print, outputs },
    });
    expect(saidOf()).toContain(`"event":"attempt","number":1,`);
    expect(JSON.parse(readFileSync(fileOf("fields"), "utf8"))).toMatchObject({ "with.to": 2 });
    const { seconds, run: maker } = (await store.results.load(given[0]!.print))!;
    expect(maker).toBe(RUN);
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(seconds).toBeLessThan(60);
    await noneLeft();
    expect(isAtWork(RUN, "s")).toBe(false);
  });

  test("is given paths, names, and what the run says of it", async () => {
    const folder = path.join(root, "made");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "a"), "1");
    const data = await store.artifacts.put(folder, "dataset");
    work = async (context) => {
      writeFileSync(context.outputs["scores"]!, `{"sum": 1}`);
      expect(isAtWork(RUN, "s")).toBe(true);
      return {};
    };
    const { outputs } = await run(
      requestOf(
        { inputs: { data, model: "lab/model@main" }, withheld: ["TOKEN"], folder: root },
        { outputs: { scores: "metrics" }, params: { to: 2, times: 3 } },
      ),
    );
    expect(given[0]).toMatchObject({
      ...{ run: RUN, threads: 1, withheld: ["TOKEN"], folder: root, resumable: { times: 3 } },
      inputs: { data: await store.artifacts.get(data), model: "lab/model@main" },
      about: { recipe: "demo", step: "s", fields: { "with.times": 3, "with.data": data.digest } },
      log: filesOf().log,
    });
    expect(path.dirname(given[0]!.outputs["scores"]!)).toMatch(/out\/scores$/);
    expect(readFileSync(await store.artifacts.get(outputs["scores"]!), "utf8")).toBe(`{"sum": 1}`);
  });

  test("says why its result may differ, and which parts of its outputs were copied", async () => {
    const elsewhere = path.join(root, "elsewhere");
    writeFileSync(elsewhere, "far");
    work = async (context) => {
      const { symlinkSync } = await import("node:fs");
      symlinkSync(elsewhere, path.join(context.outputs["sum"]!, "link"));
      context.inexact.push("a clock was read");
      return {};
    };
    await run();
    expect(outcomeOf().inexact).toEqual(["a clock was read"]);
    expect(saidOf()).toMatch(/output 'sum': .*link/);
  });

  test("of a kind from outside is worked by what the run's file says", async () => {
    const outside = { folder: "kind" } as OutsideKind;
    const asked: OutsideKind[] = [];
    const { ended } = begin(requestOf({ outside }), (kind) => {
      asked.push(kind);
      throw new StepFailure("environment", "no such folder");
    });
    await expect(ended).rejects.toThrow("no such folder");
    expect(asked).toEqual([outside]);
  });
});

describe("a result that the store has", () => {
  test("is reused by another run, and traced to the one that made it", async () => {
    const { outputs } = await run();
    expect(await run(again())).toEqual({ status: "reused", outputs });
    expect(outcomeOf(LATER)).toMatchObject({
      ...{ status: "reused", attempts: 0, metrics: { sum: 1 }, events: `../${RUN}/s/events.jsonl` },
    });
    expect(given).toHaveLength(1);
  });

  test("is done, not reused, for the run whose worker was lost before it could say so", async () => {
    const first = await run();
    expect(await run()).toEqual(first);
    expect(outcomeOf()).toMatchObject({ status: "done", attempts: 1 });
    expect(given).toHaveLength(1);
  });

  test("counts for other names, not for other values", async () => {
    await run();
    const named = await run(requestOf({ run: LATER }, { params: { to: 2, label: "x" } }));
    expect(named.status).toBe("reused");
    const other = await run(requestOf({ run: LATER }, { params: { to: 3 } }));
    expect(other.status).toBe("done");
  });

  test("is made again where it is damaged, and that is said", async () => {
    const { outputs } = await run();
    const file = path.join(await store.artifacts.get(outputs["sum"]!), "sum.txt");
    chmodSync(file, 0o644);
    writeFileSync(file, "not two");
    expect(await run(again())).toEqual({ status: "done", outputs });
    expect(saidOf(LATER)).toContain("made again: the stored sum is damaged");
    expect(readFileSync(file, "utf8")).toBe("2");
  });

  test("is made again where a run asks for that, but not what it has made since", async () => {
    await run();
    const redoneSince = new Date().toISOString();
    expect((await run(again({ redoneSince }))).status).toBe("done");
    expect(await run(again({ redoneSince, run: "demo-3" }))).toMatchObject({ status: "reused" });
    expect(given).toHaveLength(2);
  });
});

describe("a step that does not end well", () => {
  const left = "half";
  const failing =
    (error: Error): Perform =>
    async (context) => {
      writeFileSync(path.join(context.outputs["sum"]!, left), "");
      writeFileSync(path.join(context.work, "kept"), "so far");
      throw error;
    };

  test("fails with its code, publishes nothing, and keeps its folder for another attempt", async () => {
    work = failing(new StepFailure("oom", "It took too much."));
    await expect(run()).rejects.toMatchObject({
      ...{ type: "oom", message: "It took too much.", nonRetryable: true },
    });
    expect(existsSync(path.join(root, "steps"))).toBe(false);
    expect(existsSync(fileOf("outcome"))).toBe(false);
    work = async (context) => {
      expect(readFileSync(path.join(context.work, "kept"), "utf8")).toBe("so far");
      expect(readdirSync(context.outputs["sum"]!)).toEqual([]);
      return add(context);
    };
    expect((await run()).status).toBe("done");
    expect(outcomeOf().attempts).toBe(2);
    await noneLeft();
  });

  test("leaves its checkpoints to one that goes further, not to one that does another thing", async () => {
    work = failing(new StepFailure("exit", "over"));
    const ask = (params: Record<string, unknown>) => run(requestOf({}, { params }));
    for (const params of [
      { to: 2, times: 3 },
      { to: 2, times: 9 },
      { to: 3, times: 3 },
    ])
      await expect(ask(params)).rejects.toThrow("over");
    const [first, further, other] = given;
    expect([further!.work, further!.key]).toEqual([first!.work, first!.key]);
    expect(further!.print).not.toBe(first!.print);
    expect(other!.key).not.toBe(first!.key);
  });

  test("is tried again by the engine where its program was killed", async () => {
    work = failing(new StepFailure("killed", "gone"));
    await expect(run()).rejects.toMatchObject({ type: "killed", nonRetryable: false });
  });

  test("that is cancelled is no failure, whatever its program says", async () => {
    const { environment, ended } = begin();
    work = async ({ signal }) => {
      const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve));
      environment.cancel("CANCELLED");
      await stopped;
      throw new StepFailure("exit", "The program ended with 143.");
    };
    await expect(ended).rejects.toMatchObject({ name: "CancelledFailure" });
    expect(isAtWork(RUN, "s")).toBe(false);
  });

  test("that was cancelled publishes nothing, also where its work ended well", async () => {
    const { environment, ended } = begin();
    work = async (context) => {
      environment.cancel("CANCELLED");
      return add(context);
    };
    await expect(ended).rejects.toMatchObject({ name: "CancelledFailure" });
    expect(existsSync(path.join(root, "artifacts"))).toBe(false);
  });

  test("gives no metric that is no finite number", async () => {
    work = async () => ({ loss: NaN, grad: Infinity, fine: 1 });
    await expect(run()).rejects.toThrow(
      "Of the step's metrics 'loss' is NaN, 'grad' is Infinity; a metric must be a finite number.",
    );
    expect(existsSync(path.join(root, "steps"))).toBe(false);
  });

  test("is one whose input changes while it is read", async () => {
    const uri = path.join(root, "input");
    writeFileSync(uri, "before");
    const input = { uri, digest: await store.inputs.digest(uri), type: "path" };
    work = async (context) => {
      writeFileSync(uri, "after it");
      return add(context);
    };
    await expect(run(requestOf({ inputs: { input } }))).rejects.toMatchObject({
      ...{ type: "data", message: expect.stringContaining("was changed since the run began") },
    });
    expect(existsSync(path.join(root, "steps"))).toBe(false);
    await expect(run(requestOf({ inputs: { input } }))).rejects.toThrow("was changed");
    expect(given).toHaveLength(1);
  });

  test("is not one that waits for another attempt, whose result it then has", async () => {
    const order: string[] = [];
    let end = () => {};
    const may = new Promise<void>((resolve) => (end = resolve));
    const began = new Promise<void>((resolve) => {
      work = async (context) => {
        resolve();
        await may;
        order.push("first");
        return add(context);
      };
    });
    const first = run();
    await began;
    await expect(run(again())).rejects.toMatchObject({ type: "waits", nonRetryable: false });
    end();
    const { outputs } = await first;
    expect(await run(again())).toEqual({ status: "reused", outputs });
    expect(order).toEqual(["first"]);
  });
});

test("a step at work is heard of", async () => {
  const { environment, ended } = begin();
  const heard = new Promise<void>((resolve) => environment.once("heartbeat", () => resolve()));
  work = async (context) => {
    await heard;
    return add(context);
  };
  expect((await ended).status).toBe("done");
});
