import { describe, expect, test } from "vitest";
import { fingerprint, resumeKey } from "../../compiler/fingerprint.ts";
import type { Artifact, PlanStep } from "../../schemas/plan.ts";
import { planOf } from "../support/recipes.ts";
import { readFileSync } from "node:fs";

const tools = { python: "lock", ffmpeg: "lock" };
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

describe("a fingerprint", () => {
  const print = fingerprint(grpo, inputs, tools);

  test.each([
    ["a parameter that affects the result", fingerprint(with_({ learning_rate: 1 }), inputs, tools)],
    ["the number of steps", fingerprint(with_({ steps: 1 }), inputs, tools)],
    ["an input's content", fingerprint(grpo, { ...inputs, model: artifact("n", "model") }, tools)],
    ["the kind's version", fingerprint({ ...grpo, version: 99 }, inputs, tools)],
    ["the locked environment", fingerprint(grpo, inputs, { ...tools, python: "other" })],
  ])("changes with %s", (_, other) => {
    expect(other).not.toBe(print);
  });

  test.each([
    ["how often it logs", fingerprint(with_({ logging_steps: 1 }), inputs, tools)],
    [
      "where an input is stored",
      fingerprint(grpo, { ...inputs, model: { ...inputs.model, uri: "/elsewhere" } }, tools),
    ],
    [
      "retries and checkpoints",
      fingerprint({ ...grpo, attempts: 9, checkpoint: { every: 1, keep: 9 } }, inputs, tools),
    ],
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

describe("a resume key", () => {
  test("outlives another logging interval", () => {
    expect(resumeKey(with_({ logging_steps: 1 }), inputs, tools)).toBe(resumeKey(grpo, inputs, tools));
  });

  test("does not outlive another number of steps: the schedule of the learning rate depends on it", () => {
    expect(resumeKey(with_({ steps: 1 }), inputs, tools)).not.toBe(resumeKey(grpo, inputs, tools));
  });

  test("does not outlive another learning rate", () => {
    expect(resumeKey(with_({ learning_rate: 1 }), inputs, tools)).not.toBe(resumeKey(grpo, inputs, tools));
  });
});
