import { describe, expect, test } from "vitest";
import {
  asScored,
  binomialTwoSided,
  pairedTest,
  type Prediction,
  type Scored,
} from "../../report/statistics.ts";

const predictions = (statuses: string): Scored[] =>
  statuses.split("").map((status, index) => asScored(predicted(status, index)));
const predicted = (status: string, index: number): Prediction => ({
  id: `q${index}`,
  video: "v",
  task: "direction",
  way: "forward",
  options: 4,
  truncated: false,
  gold: "A",
  reply: "",
  letter: null,
  rule: null,
  status: status === "+" ? "correct" : status === "?" ? "unparsed" : "wrong",
});

describe("McNemar's exact test", () => {
  // From the definition, in exact integers: 2 * sum(comb(n, k), k <= min(a, b)) / 2 ** n.
  test.each([
    [0, 0, 1],
    [1, 0, 1],
    [5, 0, 0.0625],
    [10, 2, 0.03857421875],
    [7, 7, 1],
    [30, 7, 0.0001910764],
    [600, 500, 0.0028195449914],
  ])("%i against %i", (a, b, p) => {
    expect(binomialTwoSided(a, b)).toBeCloseTo(p, 6);
    expect(binomialTwoSided(b, a)).toBeCloseTo(p, 6);
  });
});

describe("two models on the same samples", () => {
  test("are compared sample by sample; an unparsed reply is not correct", () => {
    const test_ = pairedTest(predictions("++-+?"), predictions("+---+"));
    expect(test_).toMatchObject({ samples: 5, gained: 2, lost: 1 });
    expect(test_!.difference).toBeCloseTo(0.2);
  });

  test("are compared by a judge's points; a sample without a score under one of them is left out", () => {
    const points = (...scores: (number | null)[]): Scored[] =>
      scores.map((score, index) => ({ id: `q${index}`, score }));
    const found = pairedTest(points(5, 4, 3, null, 2, 1), points(2, 4, 2, 0, 4, null));
    expect(found).toMatchObject({ samples: 4, means: [3.5, 3], gained: 2, lost: 1, difference: 0.5, p: 1 });
    // Differences 3, 0, 1, -2: 1.96 times the root of (14 - 2² / 4) / 4².
    expect(found!.interval[1]).toBeCloseTo(0.5 + (1.959964 * Math.sqrt(13)) / 4, 6);
    expect(pairedTest(points(null), points(1))).toBeNull();
  });

  test("are not told apart by rounding, and the same difference everywhere has an interval", () => {
    const points = (scores: number[]): Scored[] => scores.map((score, index) => ({ id: `q${index}`, score }));
    const all = (score: number) => points(Array<number>(17).fill(score));
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(pairedTest(all(0.1 + 0.2), all(0.3))).toMatchObject({ gained: 0, lost: 0, difference: 0, p: 1 });
    const apart = pairedTest(all(7 / 3), all(0.1))!;
    expect(apart).toMatchObject({ gained: 17, lost: 0 });
    for (const end of apart.interval) expect(end).toBeCloseTo(7 / 3 - 0.1, 6);
  });

  test("must have the same samples", () => {
    expect(() => pairedTest(predictions("++"), predictions("+"))).toThrow("different samples");
  });
});
