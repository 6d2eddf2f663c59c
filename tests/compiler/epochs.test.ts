import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Workload } from "../../compiler/lint/workloads.ts";
import { compileText } from "../support/recipes.ts";

/** What TRL, transformers and accelerate gave; tests/trainer/training/test_epochs.py holds it to them. */
const { columns, rows } = JSON.parse(readFileSync("tests/tables/epochs.json", "utf8")) as {
  columns: string[];
  rows: (string | number | null)[][];
};
const PARAMS = columns.slice(columns.indexOf("batch_unit"), columns.indexOf("epoch"));
const cases = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]!])));

/** The workload that the lint counts for a training with these parameters. */
function workloadOf(
  kind: string,
  rowCount: number,
  processes: number,
  params: Record<string, unknown>,
): Workload {
  const recipe = {
    recipe: 1,
    name: "epochs",
    inputs: {
      questions: { type: "dataset", path: ".", rows: { train: rowCount } },
      videos: { type: "path", path: "." },
    },
    steps: {
      frames: {
        uses: "frames/extract",
        with: { dataset: "${{ inputs.questions }}", videos: "${{ inputs.videos }}", size: "56x56" },
      },
      training: {
        uses: kind,
        with: {
          model: `org/base@${"0123456789".repeat(4)}`,
          dataset: "${{ steps.frames.outputs.dataset }}",
          split: "train",
          learning_rate: 1e-5,
          ...params,
        },
        resources: { processes },
      },
    },
  };
  const { workloads, diagnostics } = compileText(JSON.stringify(recipe));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(errors.map(({ message }) => message)).toEqual([]);
  return workloads.get("training")!;
}

test("steps and left-over rows are those of the trainers, over a grid of settings", () => {
  const wrong = cases.flatMap((row) => {
    const params = Object.fromEntries(
      PARAMS.filter((name) => row[name] !== null).map((name) => [name, row[name]]),
    );
    const target = row["kind"] === "train/sft" ? { target: "letter" } : {};
    const found = workloadOf(String(row["kind"]), Number(row["rows"]), Number(row["processes"]), {
      ...params,
      ...target,
    });
    const same = found.optimizerSteps === row["total"] && found.leftOut === row["left_out"];
    return same ? [] : [{ row, found }];
  });
  expect(wrong).toEqual([]);
  expect(cases.length).toBeGreaterThan(200);
});

describe("the paper's reinforcement", () => {
  const workload = () => compileText(readFileSync("recipes/st-r1.yaml", "utf8")).workloads.get("grpo")!;

  test("630 rows in generations of 4 prompts are 157 steps, and 2 rows are left over", () => {
    expect(workload()).toMatchObject({ optimizerSteps: 157, leftOut: 2, rowsTrained: 628, generation: 4 });
  });
});

test("an update more on each generation is a step more, and no row more", () => {
  const once = workloadOf("train/grpo", 16, 1, { steps: 10 });
  const twice = workloadOf("train/grpo", 16, 1, { steps: 10, num_iterations: 2 });
  expect([once.rowsTrained, twice.rowsTrained]).toEqual([10, 5]);
});
