import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import type { Artifact, PlanStep } from "../../schemas/plan.ts";
import { fingerprint, resumeKey } from "../support/prints.ts";
import { usesTools } from "../../core/fingerprint.ts";
import { planOf } from "../support/recipes.ts";
import { readFileSync } from "node:fs";

const tools = {
  python: "environment",
  cuda: "none",
  packages: { av: "1", numpy: "2" },
  ffmpeg: "ffmpeg",
  interpreter: "3.11",
};
const grpo = planOf(readFileSync("recipes/demo.yaml", "utf8")).steps.find(({ id }) => id === "grpo")!;
const artifact = (digest: string, type: Artifact["type"]): Artifact => ({
  uri: `artifacts/${digest}/content`,
  digest,
  type,
});
const inputs = { model: artifact("m", "model"), dataset: artifact("d", "frames") };
const with_ = (params: Record<string, unknown>): PlanStep => ({
  ...grpo,
  params: { ...grpo.params, ...params },
});

/** The training with other resources. */
const on = (resources: Partial<PlanStep["resources"]>): PlanStep => ({
  ...grpo,
  resources: { ...grpo.resources, ...resources },
});

/** What stands beside the parameters, other than usual. */
const BESIDE: Partial<PlanStep> = {
  retry: { attempts: 9, backoffSeconds: 1, on: ["oom"] },
  timeoutSeconds: 1,
  stalledSeconds: 7,
  checkpoint: { everySteps: null, everySeconds: 1, keep: 9, resume: "never" },
};

describe("a fingerprint", () => {
  const print = fingerprint(grpo, inputs, tools);

  test.each([
    ["a parameter that affects the result", fingerprint(with_({ learning_rate: 1 }), inputs, tools)],
    ["the number of steps", fingerprint(with_({ steps: 1 }), inputs, tools)],
    ["an input's content", fingerprint(grpo, { ...inputs, model: artifact("n", "model") }, tools)],
    ["the kind's version", fingerprint({ ...grpo, version: 99 }, inputs, tools)],
    ["the environment", fingerprint(grpo, inputs, { ...tools, python: "other" })],
    ["the device", fingerprint(on({ gpu: 1 }), inputs, tools)],
  ])("changes with %s", (_, other) => {
    expect(other).not.toBe(print);
  });

  test.each([
    ["how often it logs", fingerprint(with_({ logging_steps: 1 }), inputs, tools)],
    [
      "where an input is stored",
      fingerprint(grpo, { ...inputs, model: { ...inputs.model, uri: "/elsewhere" } }, tools),
    ],
    ["retries and checkpoints", fingerprint({ ...grpo, ...BESIDE }, inputs, tools)],
    [
      "the order of parameters",
      fingerprint(
        { ...grpo, params: Object.fromEntries(Object.entries(grpo.params).toReversed()) },
        inputs,
        tools,
      ),
    ],
  ])("does not change with %s", (_, other) => {
    expect(other).toBe(print);
  });
});

describe("the machine in a fingerprint", () => {
  const planned = planOf(readFileSync("recipes/demo.yaml", "utf8")).steps;
  const kinds = (kind: string) => planned.find((step) => step.kind === kind)!;
  const command: PlanStep = { ...grpo, kind: "run/command", params: { argv: ["train"] }, inputs: {} };
  const printOf = (step: PlanStep, with_tools = tools) => fingerprint(step, {}, with_tools);
  const gpus = (step: PlanStep, gpu: number, more: Partial<PlanStep> = {}) =>
    printOf({ ...step, ...more, resources: { ...step.resources, gpu } });

  test.each([
    ["a program", command],
    ["a training", grpo],
  ])("the GPUs that %s gets, and their type", (_, step) => {
    expect(gpus(step, 0)).not.toBe(gpus(step, 1));
    expect(gpus(step, 1)).not.toBe(gpus(step, 8));
    expect(gpus(step, 1, { gpuType: "A100-80GB" })).not.toBe(gpus(step, 1, { gpuType: "H100" }));
    expect(gpus(step, 0, { gpuType: "A100-80GB" })).toBe(gpus(step, 0, { gpuType: "H100" }));
  });

  test("the threads of a portable step, which its sums are split among; of no other", () => {
    const cpu = (step: PlanStep, count: number) =>
      printOf({ ...step, resources: { ...step.resources, cpu: count } });
    const named: PlanStep = { ...grpo, reproducible: "portable", threads: 3 };
    const { threads: _, ...portable } = named;
    expect(cpu(portable, 2)).not.toBe(cpu(portable, 4));
    expect(cpu(named, 4)).toBe(cpu(portable, 3));
    const fastest: PlanStep = { ...grpo, reproducible: "fastest" };
    expect(cpu(fastest, 2)).toBe(cpu(fastest, 4));
  });

  test("what is installed for GPUs alone counts on a GPU", () => {
    const others = { ...tools, cuda: "other" };
    expect(printOf(grpo, others)).toBe(printOf(grpo));
    expect(printOf(on({ gpu: 1 }), others)).not.toBe(printOf(on({ gpu: 1 })));
  });

  test("frames go by the packages that cut them, and by nothing else of the environment", () => {
    const frames = kinds("frames/extract");
    expect(printOf(frames, { ...tools, python: "other", ffmpeg: "other" })).toBe(printOf(frames));
    for (const name of ["av", "numpy"])
      expect(printOf(frames, { ...tools, packages: { ...tools.packages, [name]: "9" } })).not.toBe(
        printOf(frames),
      );
  });

  test("walks go by the package that encodes them; ffmpeg counts where it is called", () => {
    const walks = kinds("data/synthesize");
    expect(printOf(walks, { ...tools, python: "other", ffmpeg: "other" })).toBe(printOf(walks));
    const other = { ...tools, packages: { ...tools.packages, av: "9" } };
    expect(printOf(walks, other)).not.toBe(printOf(walks));
    const asked: PlanStep = { ...kinds("eval/mcq"), kind: "eval/mcq-api" };
    expect(printOf(asked, { ...tools, ffmpeg: "other" })).not.toBe(printOf(asked));
  });

  test("the size of an evaluation's batches: prompts are padded to the longest", () => {
    const asked = kinds("eval/mcq");
    const batches = { ...asked, params: { ...asked.params, batch_size: 3 } };
    expect(printOf(batches)).not.toBe(printOf(asked));
    expect(resumeKey(batches, {}, tools)).not.toBe(resumeKey(asked, {}, tools));
  });
});

describe("a resume key", () => {
  test("outlives another logging interval", () => {
    expect(resumeKey(with_({ logging_steps: 1 }), inputs, tools)).toBe(resumeKey(grpo, inputs, tools));
  });

  test("outlives another number of steps or epochs, which is another result all the same", () => {
    for (const longer of [with_({ steps: 1 }), with_({ epochs: 3 })]) {
      expect(resumeKey(longer, inputs, tools)).toBe(resumeKey(grpo, inputs, tools));
      expect(fingerprint(longer, inputs, tools)).not.toBe(fingerprint(grpo, inputs, tools));
    }
  });

  test("does not outlive another learning rate", () => {
    expect(resumeKey(with_({ learning_rate: 1 }), inputs, tools)).not.toBe(resumeKey(grpo, inputs, tools));
  });
});

describe("for every kind, the fingerprint changes exactly when something that affects the result does", () => {
  const steps = planOf(readFileSync("recipes/demo.yaml", "utf8")).steps;

  test.each(steps.map((step) => [step.id, step] as const))("%s", (_, step) => {
    const { properties } = KINDS.get(step.kind).schema;
    const given = Object.fromEntries(
      Object.keys(step.inputs).map((name) => [name, artifact(name, "frames")]),
    );
    const print = fingerprint(step, given, tools);
    const value = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.boolean(),
      fc.array(fc.integer()),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(step.params)), value, (name, changed) => {
        const other = fingerprint({ ...step, params: { ...step.params, [name]: changed } }, given, tools);
        const same = JSON.stringify(changed) === JSON.stringify(step.params[name]);
        const affects = ["result", "resume"].includes(properties[name]!["x-affects"]);
        expect(other === print).toBe(same || !affects);
      }),
      { numRuns: 300 },
    );
    // What stands beside the parameters: none of it decides the result, but for the device.
    const others: Partial<PlanStep> = {
      id: "other",
      matrix: { seed: 1 },
      after: ["x"],
      secrets: { A: "B" },
      ...BESIDE,
    };
    for (const [key, changed] of Object.entries(others)) {
      expect([key, fingerprint({ ...step, [key]: changed }, given, tools)]).toEqual([key, print]);
    }
    for (const name of Object.keys(given)) {
      expect(fingerprint(step, { ...given, [name]: artifact("changed", "frames") }, tools)).not.toBe(print);
    }
    expect(fingerprint({ ...step, version: step.version + 1 }, given, tools)).not.toBe(print);
  });
});

test.each(KINDS.names)("%s uses tools exactly where one of them changes its fingerprint", (kind) => {
  const { schema } = KINDS.get(kind);
  const step: PlanStep = { ...grpo, kind, params: {}, inputs: {} };
  const others = { python: "a", cuda: "b", packages: {}, ffmpeg: "c", interpreter: "d" };
  const environments = Object.keys(schema.properties).filter(
    (name) => schema.properties[name]!["x-environment"] === true,
  );
  const inputsOf = [{}, ...environments.map((name) => ({ [name]: artifact("e", "model") }))];
  for (const given of inputsOf)
    for (const gpu of [0, 1]) {
      const sized = { ...step, resources: { ...step.resources, gpu } };
      const isSame = fingerprint(sized, given, tools) === fingerprint(sized, given, others);
      expect(isSame).toBe(!usesTools(schema, given));
    }
});
