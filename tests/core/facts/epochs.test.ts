import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../../activities/index.ts";
import {
  effectiveBatch,
  epochOf,
  generationOf,
  optimizerSteps,
  rowsTrained,
} from "../../../core/facts/epochs.ts";
import type { RecipeFacts, StepFacts } from "../../../core/kind.ts";
import { planStep } from "../../support/plans.ts";

/** A training, and the recipe that says how many rows it has; null where it does not say. */
function training(kind: string, rows: number | null, params: Record<string, unknown>, processes = 1) {
  const plan = planStep("t", [], {
    ...{ kind, processes, params: { split: "train", ...params } },
    inputs: { dataset: { from: "input", input: "questions" } },
  });
  const step: StepFacts = { plan, kind: KINDS.get(kind), path: ["steps", "t"], written: {} };
  const inputs = { questions: rows === null ? {} : { rows: { train: rows } } };
  const recipe = {
    recipe: { inputs },
    steps: [step],
    byId: new Map([["t", step]]),
  } as unknown as RecipeFacts;
  return { recipe, step };
}
const SFT = { batch_size_per_device: 2, gradient_accumulation_steps: 3, epochs: 2 };
const GRPO = {
  ...{ batch_size_per_device: 2, group_size: 4, gradient_accumulation_steps: 3, epochs: 2 },
  ...{ batch_unit: "prompts", num_iterations: 1 },
};

/** What TRL, transformers and accelerate gave; tests/trainer/training/test_epochs.py holds it to them. */
const { columns, rows } = JSON.parse(readFileSync("tests/tables/epochs.json", "utf8")) as {
  columns: string[];
  rows: (string | number | null)[][];
};

test("steps and rows left over are those of the trainers, over a grid of settings", () => {
  const wrong = rows.flatMap((values) => {
    const row = Object.fromEntries(columns.map((name, at) => [name, values[at]!]));
    const { kind, rows: count, processes, epoch, total, left_out: left, ...params } = row;
    const { recipe, step } = training(String(kind), Number(count), params, Number(processes));
    const found = [epochOf(step, Number(count)), optimizerSteps(recipe, step)];
    const same = JSON.stringify(found) === JSON.stringify([{ steps: epoch, leftOut: left }, total]);
    return same ? [] : [{ row, found }];
  });
  expect(wrong).toEqual([]);
  expect(rows.length).toBeGreaterThan(200);
});

describe("a batch, over all processes and what is accumulated", () => {
  test("of rows, or of prompts", () => {
    expect(effectiveBatch(training("train/sft", 1, SFT, 4).step)).toEqual({
      value: 24,
      text: "2 per device x 4 processes x 3 accumulated",
    });
    expect(effectiveBatch(training("train/grpo", 1, GRPO).step)).toEqual({
      value: 6,
      text: "2 per device x 1 process x 3 accumulated",
    });
  });

  test("of completions", () => {
    expect(effectiveBatch(training("train/grpo", 1, { ...GRPO, batch_unit: "completions" }, 2).step)).toEqual(
      {
        value: 3,
        text: "2 per device x 2 processes x 3 accumulated / group of 4",
      },
    );
  });
});

test("only reinforcement generates", () => {
  expect(generationOf(training("train/sft", 1, SFT).step)).toBeNull();
  expect(generationOf(training("eval/mcq", 1, {}).step)).toBeNull();
  expect(generationOf(training("train/grpo", 1, GRPO).step)).toMatchObject({ prompts: 6, group: 4 });
});

describe("a training's optimizer steps", () => {
  const stepsOf = (count: number | null, more: object, kind = "train/sft") => {
    const { recipe, step } = training(kind, count, { ...(kind === "train/sft" ? SFT : GRPO), ...more });
    return optimizerSteps(recipe, step);
  };

  test("follow from its rows and epochs, unless the recipe states them", () => {
    expect(stepsOf(7, {})).toBe(4);
    expect(stepsOf(7, { steps: 9 })).toBe(9);
    expect(stepsOf(null, { steps: 9 })).toBe(9);
    expect(stepsOf(null, {})).toBeUndefined();
  });

  test("are none where its rows fill no generation, whatever the recipe states", () => {
    expect(stepsOf(5, { steps: 9 }, "train/grpo")).toBe(0);
    expect(stepsOf(6, { steps: 9 }, "train/grpo")).toBe(9);
  });
});

describe("rows that go through a training", () => {
  const rowsOf = (count: number | null, more: object, kind = "train/sft") => {
    const { recipe, step } = training(kind, count, { ...(kind === "train/sft" ? SFT : GRPO), ...more });
    return rowsTrained(recipe, step);
  };

  test("are those of its epochs, without what is left over", () => {
    expect(rowsOf(7, {})).toBe(14);
    expect(rowsOf(7, {}, "train/grpo")).toBe(12);
    expect(rowsOf(null, {})).toBeUndefined();
  });

  test("are those of its steps, each counted once however many updates it serves", () => {
    expect(rowsOf(7, { steps: 10 })).toBe(60);
    expect(rowsOf(null, { steps: 10, num_iterations: 2 }, "train/grpo")).toBe(30);
  });
});
