import { describe, expect, test } from "vitest";
import { predictionOf } from "../../activities/evaluate/predictions.ts";
import { score } from "../../activities/evaluate/score.ts";
import { wilson, type Prediction } from "../../report/statistics.ts";
import type { Question } from "../../schemas/generated/question.ts";

// Checked against the formula's values in E. B. Wilson's form, e.g. 0 of 10 gives (0, 0.2775).
test.each([
  [0, 10, 0, 0.27753],
  [10, 10, 0.72247, 1],
  [425, 480, 0.85381, 0.9109],
  [0, 0, 0, 1],
])("Wilson's interval of %i in %i", (hits, trials, low, high) => {
  const interval = wilson(hits, trials);
  expect(interval[0]).toBeCloseTo(low, 5);
  expect(interval[1]).toBeCloseTo(high, 5);
});

const row: Question & { answer: string } = {
  ...{ id: "a", video: "a.mp4", split: "eval", task: "direction", way: "forward", question: "Which?" },
  ...{ options: ["A. left", "B. right", "C. both", "D. none"], answer: "B", targets: {} },
};
const given = (reply: string, more: Partial<Prediction> = {}): Prediction => ({
  ...predictionOf(row, { id: "a", reply, truncated: false }),
  ...more,
});

describe("a score", () => {
  test("keeps unparsed replies and errors in the denominator", () => {
    const error = predictionOf(row, { id: "a", reply: "", truncated: false, error: "refused" });
    const metrics = score([given("B"), given("it is hard to say"), given("A"), error]);
    expect(metrics).toMatchObject({
      samples: 4,
      accuracy: 0.25,
      correct: 1,
      unparsed: 1,
      wrong: 1,
      error: 1,
    });
    expect(metrics["accuracy[direction/forward]"]).toBe(0.25);
  });

  test("stands beside its baselines", () => {
    const metrics = score([
      given("A", { gold: "A", options: 2 }),
      given("A", { gold: "A", options: 4 }),
      given("A", { gold: "B", options: 4 }),
    ]);
    expect(metrics["chance"]).toBeCloseTo((1 / 2 + 1 / 4 + 1 / 4) / 3, 12);
    expect(metrics["majority"]).toBeCloseTo(2 / 3, 12);
  });

  test("is given for each task and way, and counts what was cut", () => {
    const metrics = score([
      given("B"),
      given("A", { way: "reverse", truncated: true }),
      given("B", { task: "action" }),
    ]);
    expect(metrics).toMatchObject({
      truncated: 1,
      "accuracy[direction/forward]": 1,
      "accuracy[direction/reverse]": 0,
      "accuracy[action/forward]": 1,
    });
  });

  test("of nothing is an error", () => expect(() => score([])).toThrow("no sample"));
});
