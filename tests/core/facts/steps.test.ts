import { describe, expect, test } from "vitest";
import { KINDS } from "../../../activities/index.ts";
import {
  dataOf,
  framesOf,
  isTraining,
  numberOf,
  placeIn,
  rowsOf,
  trainingsOf,
} from "../../../core/facts/steps.ts";
import type { RecipeFacts, StepFacts } from "../../../core/kind.ts";
import type { PlanStep } from "../../../schemas/plan.ts";
import { planStep } from "../../support/plans.ts";

type Inputs = PlanStep["inputs"];
const from = (step: string, output = "dataset") => ({ from: "step" as const, step, output });

/** A recipe of steps, each of a kind with what it takes. */
function recipeOf(steps: Record<string, [kind: string, inputs: Inputs, params?: PlanStep["params"]]>) {
  const all = Object.entries(steps).map(([id, [kind, inputs, params = {}]]): StepFacts => ({
    plan: planStep(id, [], { kind, inputs, params }),
    kind: KINDS.get(kind),
    path: ["steps", id],
    written: {},
  }));
  const recipe = { inputs: { rows: { rows: { train: 40 } }, other: {} } };
  const facts = { recipe, steps: all, byId: new Map(all.map((one) => [one.plan.id, one])) };
  return facts as unknown as RecipeFacts;
}
const stepOf = (recipe: RecipeFacts, id: string) => recipe.byId.get(id)!;

test("a place in a step, a number of it, and whether its steps follow from the recipe", () => {
  const recipe = recipeOf({
    t: ["train/sft", {}, { epochs: 2, steps: null }],
    m: ["model/tiny", {}],
    e: ["eval/mcq", {}],
  });
  const step = stepOf(recipe, "t");
  expect(placeIn(step, "with", "argv", 0)).toEqual(["steps", "t", "with", "argv", 0]);
  expect(["epochs", "steps", "none"].map((name) => numberOf(step, name))).toEqual([2, 0, 0]);
  expect(["t", "m", "e"].map((id) => isTraining(stepOf(recipe, id)))).toEqual([true, false, false]);
});

describe("the trainings that made a model", () => {
  test("the last one first, through merges and adapters, each once", () => {
    const recipe = recipeOf({
      base: ["model/tiny", {}],
      sft: ["train/sft", { model: from("base", "model"), dataset: from("frames") }],
      merged: ["model/merge", { model: from("base", "model"), adapter: from("sft", "adapter") }],
      grpo: ["train/grpo", { model: from("merged", "model"), adapter: from("sft", "adapter") }],
      score: ["eval/mcq", { model: from("merged", "model"), adapter: from("grpo", "adapter") }],
      frames: ["frames/extract", {}],
      hub: [
        "eval/mcq",
        { model: { from: "hub", id: "org/name" }, adapter: { from: "input", input: "rows" } },
      ],
    });
    const made = (id: string) => trainingsOf(recipe, stepOf(recipe, id)).map(({ plan }) => plan.id);
    expect(made("score").sort()).toEqual(["base", "grpo", "sft"]);
    expect(made("grpo").sort()).toEqual(["base", "sft"]);
    expect(made("sft")).toEqual(["base"]);
    expect(made("hub")).toEqual([]);
  });
});

test("the data of a step: what its frames, or its rows, come from", () => {
  const recipe = recipeOf({
    rows: ["data/split", {}],
    frames: ["frames/extract", { dataset: { from: "input", input: "rows" } }],
    others: ["frames/extract", { dataset: from("rows") }],
    a: ["train/sft", { dataset: from("frames", "frames") }],
    b: ["train/sft", { dataset: from("others", "frames") }],
    c: ["train/sft", { dataset: { from: "input", input: "other" } }],
    d: ["train/sft", {}],
  });
  const ids = ["a", "b", "c", "d"];
  expect(ids.map((id) => dataOf(recipe, stepOf(recipe, id)))).toEqual([
    ...["inputs.rows", "steps.rows", "inputs.other", undefined],
  ]);
  expect(ids.map((id) => framesOf(recipe, stepOf(recipe, id))?.plan.id)).toEqual([
    ...["frames", "others", undefined, undefined],
  ]);
});

test("the rows of a split, followed back to where the recipe says them", () => {
  const recipe = recipeOf({
    split: ["data/split", { training: { from: "input", input: "rows" } }, { rows: 0 }],
    part: ["data/split", { training: { from: "input", input: "rows" } }, { rows: 12 }],
    frames: ["frames/extract", { dataset: from("part") }],
    a: ["train/sft", { dataset: { from: "input", input: "rows" } }, { split: "train" }],
    b: ["train/sft", { dataset: { from: "input", input: "rows" } }, { split: "eval" }],
    c: ["train/sft", { dataset: { from: "input", input: "other" } }, { split: "train" }],
    d: ["train/sft", { dataset: from("frames", "frames") }, { split: "train" }],
    e: ["train/sft", { dataset: from("split") }, { split: "train" }],
    f: ["train/sft", { dataset: from("gone") }, { split: "train" }],
    g: ["train/sft", {}, { split: "train" }],
    h: ["train/sft", { dataset: { from: "hub", id: "org/name" } }, { split: "train" }],
  });
  const found = ["a", "b", "c", "d", "e", "f", "g", "h"].map((id) => rowsOf(recipe, stepOf(recipe, id)));
  expect(found).toEqual([40, undefined, undefined, 12, undefined, undefined, undefined, undefined]);
});
