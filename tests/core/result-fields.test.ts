import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../core/digest.ts";
import { resultFields, resumableParams, type Tools } from "../../core/fingerprint.ts";
import type { KindSchema } from "../../schemas/kinds.ts";
import type { PlanStep } from "../../schemas/plan.ts";
import { planStep } from "../support/plans.ts";

const TOOLS: Tools = {
  python: "of python",
  cuda: "of cuda",
  packages: { av: "1.2" },
  ffmpeg: "7.1",
  interpreter: "3.12",
  environment: {
    LAB_ROOT: "/lab",
    LAB_SEED: "7",
    OTHER: "x",
    LAB_NONE: undefined,
    TEMPORAL_ADDRESS: "host",
  },
};
const schema = (more: Partial<KindSchema> = {}): KindSchema =>
  ({
    ...(JSON.parse(readFileSync("activities/run-command/schema.json", "utf8")) as KindSchema),
    "x-tools": [],
    properties: {
      rate: { "x-affects": "result" },
      steps: { "x-affects": "resume" },
      logging: { "x-affects": "performance" },
      title: { "x-affects": "naming" },
      plain: {},
      environment: { "x-affects": "result", "x-environment": true },
      pass_env: { "x-affects": "result", "x-passes": true },
    },
    ...more,
  }) as KindSchema;
const fieldsOf = (
  step: Partial<PlanStep> = {},
  kind: Partial<KindSchema> = {},
  inputs: Parameters<typeof resultFields>[2] = {},
) => resultFields(schema(kind), planStep("x", [], { kind: "lab/x", version: 3, ...step }), inputs, TOOLS);
const ALWAYS = { kind: "lab/x", version: 3 };
const ONE_CPU = { cpu: 1, gpu: 0, memoryGb: 1 };

describe("what decides a step's result, by name", () => {
  test("kind and version; parameters that affect it, and those of which nothing is said", () => {
    const params = { rate: 1, steps: 5, logging: 2, title: "t", plain: 3, unknown: 4 };
    expect(fieldsOf({ params })).toEqual({
      ...ALWAYS,
      "with.rate": 1,
      "with.steps": 5,
      "with.plain": 3,
      "with.unknown": 4,
    });
  });

  test("of what a step gets the content; of a model on the hub its name", () => {
    const model = { uri: "artifacts/d/content", digest: "d", type: "model" as const };
    expect(fieldsOf({}, {}, { model, base: "org/name@1" })).toEqual({
      ...ALWAYS,
      "with.model": "d",
      "with.base": "org/name@1",
    });
  });

  test("how many processes it has, where it is more than one", () => {
    expect(fieldsOf({ processes: 1 })).toEqual(ALWAYS);
    expect(fieldsOf({ processes: 2 })).toEqual({ ...ALWAYS, processes: 2 });
  });

  test("what a portable step's sums are split among", () => {
    expect(fieldsOf({ reproducible: "fastest" })).toEqual(ALWAYS);
    expect(fieldsOf({ reproducible: "portable", resources: { ...ONE_CPU, cpu: 4 } })).toEqual({
      ...ALWAYS,
      reproducible: "portable",
      threads: 4,
    });
  });

  test("that a GPU adds in a fixed order; a CPU does without it", () => {
    expect(fieldsOf({ reproducible: "deterministic" })).toEqual(ALWAYS);
    expect(fieldsOf({ reproducible: "deterministic", resources: { ...ONE_CPU, gpu: 1 } })).toEqual({
      ...fieldsOf({ resources: { ...ONE_CPU, gpu: 1 } }),
      reproducible: "deterministic",
    });
  });

  test("GPUs of any step; the device where Python computes, and what is installed for it", () => {
    const gpus = { resources: { ...ONE_CPU, gpu: 2 }, gpuType: "A100-80GB" as const };
    const python: Partial<KindSchema> = { "x-tools": ["python"] };
    expect(fieldsOf(gpus)).toEqual({ ...ALWAYS, gpus: 2, gpu_type: "A100-80GB" });
    expect(fieldsOf({}, python)).toEqual({ ...ALWAYS, device: "cpu", "tools.python": "of python" });
    expect(fieldsOf(gpus, python)).toEqual({
      ...ALWAYS,
      gpus: 2,
      gpu_type: "A100-80GB",
      device: "gpu",
      "tools.python": "of python",
      "tools.cuda": "of cuda",
    });
    expect(fieldsOf(gpus, { "x-tools": ["ffmpeg"] })).toEqual({
      ...ALWAYS,
      gpus: 2,
      gpu_type: "A100-80GB",
      "tools.ffmpeg": "7.1",
    });
  });

  test("where a kind names packages, these stand for the tools", () => {
    expect(fieldsOf({}, { "x-tools": ["python"], "x-packages": ["av", "numpy"] })).toEqual({
      ...ALWAYS,
      device: "cpu",
      "packages.av": "1.2",
      "packages.numpy": "none",
    });
  });

  test("with an environment of its own, the version of the Python", () => {
    const lock = { uri: "inputs/lock", digest: "l", type: "path" as const };
    expect(fieldsOf({}, {}, { environment: lock })).toEqual({
      ...ALWAYS,
      "with.environment": "l",
      "tools.interpreter": "3.12",
    });
    // Of a kind from outside its folder has the lock file.
    expect(fieldsOf({}, { "x-environment": "requirements.lock" })).toEqual({
      ...ALWAYS,
      "tools.interpreter": "3.12",
    });
  });

  test("of a parameter that is only called so nothing more", () => {
    const properties = { environment: {}, pass_env: {} } as unknown as KindSchema["properties"];
    expect(fieldsOf({ params: { pass_env: ["LAB_*"], environment: "x" } }, { properties })).toEqual({
      ...ALWAYS,
      "with.pass_env": ["LAB_*"],
      "with.environment": "x",
    });
  });

  test("the variables that it names, by digests; never how the worker reaches its server", () => {
    const named = ["LAB_*", "TEMPORAL_*"];
    expect(fieldsOf({ params: { pass_env: named } })).toEqual({
      ...ALWAYS,
      "with.pass_env": named,
      "env.LAB_ROOT": digestOf("/lab"),
      "env.LAB_SEED": digestOf("7"),
    });
    expect(fieldsOf({ params: { pass_env: "LAB_*" } })).toEqual({ ...ALWAYS, "with.pass_env": "LAB_*" });
  });
});

test("what a checkpoint and the run that resumes it may differ in: where training ends", () => {
  const step = planStep("x", [], { params: { rate: 1, steps: 5, logging: 2, unknown: 4 } });
  expect(resumableParams(schema(), step)).toEqual({ steps: 5 });
});
