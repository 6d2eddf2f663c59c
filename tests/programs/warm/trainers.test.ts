import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KINDS } from "../../../activities/index.ts";
import { packageRoot } from "../../../core/package-root.ts";
import { requireTool } from "../../../host/toolchain.ts";
import { runTrainer } from "../../../programs/run-trainer.ts";
import { hasHost, holdHosts } from "../../../programs/warm/hosts.ts";
import { openTrainers } from "../../../programs/warm/trainers.ts";
import type { PlanStep } from "../../../schemas/plan.ts";
import { NO_DEVICES } from "../../../steps/allot-devices.ts";
import type { StepContext } from "../../../steps/context.ts";
import { EventFile } from "../../../steps/event-file.ts";
import { Fence } from "../../../store/fence.ts";
import { openStore } from "../../../store/store.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { planStep } from "../../support/plans.ts";
import { until } from "../../support/runs.ts";
import type { Facts } from "../../support/warm.ts";

const python = requireTool("python");
const RUN = "r-20261127-000000-abcdef";
let folder = "";
let letGo = () => {};

/** The Python of the trainers, with libraries that are stood in for. */
function standIn(how: string): void {
  const file = path.join(folder, "python");
  const modules = path.join(packageRoot, "tests", "support", "no-libraries");
  writeFileSync(
    file,
    `#!/bin/sh\nSTAND_IN=${how} PYTHONPATH="${modules}:$PYTHONPATH" exec "${python}" "$@"\n`,
  );
  chmodSync(file, 0o755);
  vi.stubEnv("REPRISE_PYTHON", file);
}

async function contextOf(id: string, more: Partial<PlanStep>, signal = new AbortController().signal) {
  const store = openStore(path.join(folder, ".reprise"));
  const work = path.join(folder, "work", id);
  const { folder: notes, log, events } = store.runs.step(RUN, id);
  for (const each of [work, notes]) mkdirSync(each, { recursive: true });
  const step = planStep(id, [], { kind: "eval/open", ...more });
  step.checkpoint.resume = "never";
  const context = {
    ...{ store, run: RUN, step, threads: 1, inputs: {}, withheld: [], folder, outputs: {}, work },
    ...{ key: "k".repeat(64), about: { recipe: "r", step: id, fields: {} }, resumable: {}, print: "" },
    ...{ log, events: await EventFile.open(events), signal, allotment: NO_DEVICES, inexact: [] },
    fence: await Fence.take(work),
  } satisfies StepContext;
  const said = () => readFileSync(events, "utf8");
  const facts = () => {
    const texts = said()
      .split("\n")
      .filter((line) => line.includes(String.raw`{\"pid\"`));
    return JSON.parse((JSON.parse(texts.at(-1)!) as { text: string }).text) as Facts;
  };
  return { context, said, facts, wrote: () => readFileSync(log, "utf8") };
}

async function run(id: string, params: object = {}, more: Partial<PlanStep> = {}) {
  const made = await contextOf(id, { params: { ...params }, ...more });
  await runTrainer(made.context);
  return made;
}

beforeEach(() => {
  folder = realpathSync(temporaryFolder());
  letGo = holdHosts();
});
afterEach(async () => {
  letGo();
  await until(() => !hasHost());
  vi.unstubAllEnvs();
});

describe.skipIf(process.platform !== "linux")("the trainer of a step", { timeout: 60_000 }, () => {
  test("is forked from one process, step after step", async () => {
    standIn("");
    const [first, second] = [(await run("one")).facts(), (await run("two")).facts()];
    expect(first.parent).not.toBe(process.pid);
    expect(second.parent).toBe(first.parent);
    expect([first.folder, second.folder]).toEqual([folder, folder]);
  });

  test("is forked from another process where its variables are others", async () => {
    standIn("");
    const one = (await run("one")).facts();
    const hub: Partial<PlanStep> = { inputs: { model: { from: "hub", id: "a/b" } } };
    const two = (await run("two", {}, hub)).facts();
    expect(two.parent).not.toBe(one.parent);
    expect([one, two].map(({ variables }) => variables["HF_HUB_OFFLINE"])).toEqual(["1", undefined]);
    vi.stubEnv("MALLOC_ARENA_MAX", "1");
    // As many as there may be: the one that was used longest ago makes room.
    const three = (await run("three")).facts();
    expect([one.parent, two.parent]).not.toContain(three.parent);
    vi.stubEnv("MALLOC_ARENA_MAX", undefined);
    expect((await run("four", {}, hub)).facts().parent).toBe(two.parent);
  });

  test("with a secret is started for it alone, and nobody else gets it", async () => {
    standIn("");
    vi.stubEnv("LAB_TOKEN", "a-secret-value");
    const { parent } = (await run("before")).facts();
    const { facts } = await run("with", {}, { secrets: { TOKEN: "LAB_TOKEN" } });
    expect(facts().parent).toBe(process.pid);
    const after = (await run("after")).facts();
    expect(after.parent).toBe(parent);
    expect(JSON.stringify(after)).not.toContain("a-secret-value");
  });

  test.each([
    ["thread", "2 threads are alive"],
    ["dies", "it ended (exit code 3)"],
  ])("is started for it alone where no process can be forked (%s), which it says", async (how, why) => {
    standIn(how);
    for (const id of ["one", "two"]) {
      const { said, facts } = await run(id);
      expect(facts().parent).toBe(process.pid);
      expect(said()).toContain(`the libraries are loaded for this step alone: ${why}`);
    }
  });

  test("fails as it does without, where a library is missing", async () => {
    standIn("missing");
    const forked = run("one");
    await expect(forked).rejects.toThrow("The Python module 'reprise_trainer.kinds.eval_open' is missing.");
    await expect(forked).rejects.toMatchObject({ code: "environment" });
    vi.stubEnv("REPRISE_WARM_TRAINERS", "no");
    await expect(run("two")).rejects.toThrow(
      "The Python module 'reprise_trainer.kinds.eval_open' is missing.",
    );
  });

  test("that is killed with its host is a killed one; the next attempt has another host", async () => {
    standIn("");
    const { context, facts, said } = await contextOf("one", { params: { seconds: 600 } });
    const running = runTrainer(context);
    running.catch(() => {});
    await until(() => said().includes("pid"));
    const { parent } = facts();
    process.kill(parent, "SIGKILL");
    await expect(running).rejects.toMatchObject({ code: "killed" });
    await context.fence.release();
    const again = (await run("one")).facts();
    expect([process.pid, parent]).not.toContain(again.parent);
  });

  test("is not waited for when the step is stopped while the libraries are loaded", async () => {
    standIn("slow");
    const stop = new AbortController();
    const { context, said } = await contextOf("one", {}, stop.signal);
    const running = runTrainer(context);
    running.catch(() => {});
    await until(hasHost);
    stop.abort(new Error("cancelled"));
    await expect(running).rejects.toThrow("cancelled");
    expect(said()).not.toContain("pid");
  });
});

test("what the recipe's folder has stands for no module", { timeout: 60_000 }, async () => {
  standIn("");
  for (const name of ["json", "torch", "reprise_trainer", "queue"])
    writeFileSync(path.join(folder, `${name}.py`), "raise SystemExit(9)");
  for (const warm of ["yes", "no"]) {
    vi.stubEnv("REPRISE_WARM_TRAINERS", warm);
    const { facts } = await run(warm);
    expect([facts().folder, facts().path]).not.toEqual([folder, folder]);
  }
});

describe.skipIf(process.platform !== "linux")("the libraries are loaded in the background", () => {
  const steps = [
    planStep("data", [], { kind: "data/synthesize" }),
    planStep("one", [], { kind: "train/sft" }),
    planStep("two", [], { kind: "train/sft" }),
  ];
  const open = (plan: PlanStep[]) =>
    openTrainers(KINDS, openStore(path.join(folder, ".reprise")), RUN, { steps: plan, secrets: [] });

  test("when a step of a run works whose trainings are to come, and no more when it is over", async () => {
    standIn("");
    const trainers = open(steps);
    expect(hasHost()).toBe(false);
    trainers.coming();
    await until(hasHost);
    const { facts } = await run("one", {}, { kind: "eval/open" });
    expect(facts().parent).not.toBe(process.pid);
    letGo();
    expect(hasHost()).toBe(true);
    trainers.close();
    await until(() => !hasHost());
  });

  test.each([
    ["has none", steps.slice(0, 1)],
    ["has several processes", [planStep("many", [], { kind: "train/sft", processes: 2 })]],
    ["wants a GPU", [planStep("gpu", [], { resources: { cpu: 1, gpu: 1, memoryGb: 1 } })]],
    ["has secrets", [planStep("secret", [], { secrets: { TOKEN: "TOKEN" } })]],
  ])("but not for a run whose training %s", async (_, plan) => {
    standIn("");
    const trainers = open(plan);
    trainers.coming();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(hasHost()).toBe(false);
    trainers.close();
  });
});
