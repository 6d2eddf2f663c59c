import { describe, expect, test } from "vitest";
import { judgeClaims } from "../../verdict/judge.ts";
import type { StepOutcome } from "../../schemas/plan.ts";
import { evaluateMetrics } from "../../compiler/evaluate-metrics.ts";
import { diagnosticsOf, planOf } from "../support/recipes.ts";

const use = (cell: string) => "${{ steps." + cell + ".outputs.m }}";
/** A grid of two rates and two ways, and what is made of its cells. */
const grid = (cell: string, claim: string) => `recipe: 1
name: grid
steps:
  train:
    uses: run/command
    matrix: { rate: [0.1, 1e-3], how: [reverse-thinking, plain] }
    with: { argv: [echo], outputs: { m: model } }
  use:
    uses: run/command
    matrix: { how: [reverse-thinking, plain] }
    with: { argv: [cat, "{inputs.m}"], inputs: { m: "${use(cell)}" } }
claims:
  - { id: c, at_least: 0.05, ${claim} }
`;
const found = (cell: string, claim: string) =>
  diagnosticsOf(grid(cell, claim)).map(({ code, message }) => `${code} ${message}`);
const ALL = 'metric: "train.accuracy"';

describe("a step's cells are chosen by their values, in references and in claims alike", () => {
  test.each([
    ["train[rate=0.1]", ["train-0_1-reverse_thinking", "train-0_1-plain"]],
    ["train[ rate = 1e-1 ]", ["train-0_1-reverse_thinking", "train-0_1-plain"]],
    ["train[rate=0.001, how='plain']", ["train-0_001-plain", "train-0_001-plain"]],
    ["train[how=reverse-thinking,rate=0.1]", ["train-0_1-reverse_thinking", "train-0_1-reverse_thinking"]],
  ])("%s", (cell, expected) => {
    const plan = planOf(grid(cell, ALL));
    const uses = plan.steps.filter(({ id }) => id.startsWith("use-"));
    expect(uses.flatMap(({ inputs }) => Object.values(inputs))).toEqual(
      expected.map((step) => ({ from: "step", step, output: "m" })),
    );
    const [claim] = planOf(grid(cell, `metric: "${cell}.accuracy"`)).claims;
    expect([...new Set(claim!.cells![cell]!.map(({ id }) => id))].sort()).toEqual(
      [...new Set(expected)].sort(),
    );
  });

  test.each([
    [
      "train[rate=0.2]",
      "No cell is 'train[rate=0.2]': its matrix has rate: 0.1, 0.001; how: reverse-thinking, plain.",
    ],
    [
      "train[lr=0.1]",
      "No cell is 'train[lr=0.1]': its matrix has rate: 0.1, 0.001; how: reverse-thinking, plain.",
    ],
    ["tran[rate=0.1]", "There is no step 'tran[rate=0.1]'."],
  ])("%s is refused in both", (cell, message) => {
    expect(found(cell, ALL).join()).toContain(message);
    expect(found("train[rate=0.1]", `metric: "${cell}.accuracy"`).join()).toContain(message);
    expect(found("train[rate=0.1]", `that: "${cell}.accuracy - 1"`).join()).toContain(message);
  });

  test("a reference that leaves two to choose from is refused", () => {
    expect(found("train[how=plain]", ALL).join()).toContain("R0209");
  });
});

describe("an expression of a claim", () => {
  test.each([
    ["mean(train.accuracy)", "R0206 There is no function 'mean'"],
    ["train.accuracy > 0.3", "R0207 The expression gives true or false; a claim is about a number."],
    ["train.accuracy + 'x'", "R0207"],
    ["train[rate=].accuracy", "R0206"],
    ["inputs[train.accuracy].x", "R0206"],
  ])("%s is refused before anything runs", (that, message) => {
    expect(found("train[rate=0.1]", `that: "${that}"`).join()).toContain(message);
  });

  test("compares cells of one value with each other, and has metrics with groups", () => {
    const that = "train[rate=0.1].accuracy[a/b] - train[rate=0.001].accuracy[a/b]";
    const { claims } = planOf(grid("train[rate=0.1]", `that: "${that}"`));
    const outcomes = ["0_1-reverse_thinking", "0_1-plain", "0_001-reverse_thinking", "0_001-plain"].map(
      (cell, index) =>
        ({
          ...{ id: `train-${cell}`, status: "done", outputs: {} },
          metrics: { "accuracy[a/b]": [0.9, 0.7, 0.5, 0.5][index]! },
        }) as unknown as StepOutcome,
    );
    const [judged] = judgeClaims(claims, {
      profile: null,
      outcomes: new Map(outcomes.map((outcome) => [outcome.id, outcome])),
      evaluated: new Map(),
      evaluate: evaluateMetrics,
    });
    expect(judged).toMatchObject({ verdict: "REPRODUCED", value: expect.closeTo(0.3, 9) as number });
    expect(judged!.because).toContain("is 0.3, mean of 2 cells;");
  });
});
