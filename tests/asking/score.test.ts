import { describe, expect, test } from "vitest";
import { noteEqualOptions } from "../../asking/equal-options.ts";
import { predictionOf, type ScoredRow } from "../../asking/predictions.ts";
import { score } from "../../asking/score.ts";
import type { Prediction } from "../../verdict/statistics/sample.ts";
import { wilson } from "../../verdict/statistics/share.ts";
import { KINDS } from "../../activities/index.ts";
import { isMetric } from "../../schemas/kinds.ts";

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

const row: ScoredRow = {
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

  test("counts what was filtered and refused by itself, whatever it says", () => {
    const declined = (["filtered", "refused"] as const).map((status) =>
      predictionOf(row, { id: "a", reply: "B", truncated: false, declined: status }),
    );
    expect(declined.map(({ status, letter, reply }) => [status, letter, reply])).toEqual([
      ["filtered", null, "B"],
      ["refused", null, "B"],
    ]);
    const metrics = score([given("B"), ...declined, given("")]);
    expect(metrics).toMatchObject({ samples: 4, correct: 1, unparsed: 1, filtered: 1, refused: 1, error: 0 });
    expect(metrics["accuracy"]).toBe(0.25);
  });

  test("of a question without options has no chance, and divides by nothing", () => {
    expect(score([given("A", { options: 0 }), given("A", { options: 2 })])["chance"]).toBe(0.25);
  });

  test("says which questions have options of the same text", async () => {
    const said: unknown[] = [];
    const events = { write: (event: unknown) => Promise.resolve(void said.push(event)) };
    const optionsOf = (id: string, ...options: string[]) => ({ id, options });
    await noteEqualOptions({ events } as never, [
      optionsOf("a", "A. left", "B. right"),
      optionsOf("b", "A. left", "B. right", "C: Left."),
      optionsOf("c", "A. 5", "B. -5"),
    ]);
    expect(said).toEqual([
      {
        event: "message",
        text: "1 of 3 questions has options of the same text, first b: only the gold letter counts as right there",
      },
    ]);
    await noteEqualOptions({ events } as never, [optionsOf("a", "A. left", "B. right")]);
    expect(said).toHaveLength(1);
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

  test("is given for a task alone where rows have no way, and names nothing that they leave out", () => {
    const { video: _, way: __, ...bare } = row;
    const one = predictionOf({ ...bare, part: "set/1" }, { id: "a", reply: "B", truncated: false });
    expect(Object.keys(one).slice(0, 4)).toEqual(["id", "task", "part", "options"]);
    const names = Object.keys(score([one])).filter((name) => name.startsWith("accuracy["));
    expect(names).toEqual(["accuracy[direction]", "accuracy[set/1]"]);
  });

  test("is not given where a task is called as a part is: two metrics would have one name", () => {
    const { way: _, ...bare } = row;
    const one = predictionOf({ ...bare, part: "direction" }, { id: "a", reply: "B", truncated: false });
    expect(() => score([one])).toThrow("'direction' is both a 'task' and a 'part'");
  });

  test("counts the rules by which letters were read", () => {
    const metrics = score([
      given("<answer>B</answer>"),
      given("<answer>A</answer>"),
      given("The answer is A."),
      given("it is hard to say"),
    ]);
    expect(metrics).toMatchObject({ "read[tag]": 2, "read[answer-is]": 1, "read[boxed]": 0 });
    const read = Object.entries(metrics).filter(([name]) => name.startsWith("read["));
    expect(read.reduce((sum, [, count]) => sum + count, 0)).toBe(3);
    expect(given("The answer is A.")).toMatchObject({ letter: "A", rule: "answer-is", status: "wrong" });
    expect(given("it is hard to say")).toMatchObject({ letter: null, rule: null });
    for (const [name] of read) expect(isMetric(KINDS.get("eval/mcq").schema["x-metrics"], name)).toBe(true);
  });

  test("of a question without options has no chance, and is a number", () =>
    expect(score([given("B", { options: 0 }), given("B")])["chance"]).toBe(0.125));

  test("of nothing is an error", () => expect(() => score([])).toThrow("no sample"));
});
