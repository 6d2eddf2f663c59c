import { describe, expect, test } from "vitest";
import { binomialTwoSided, pairedTest, type Prediction } from "../../report/statistics.ts";

const predictions = (statuses: string): Prediction[] =>
  statuses.split("").map((status, index) => ({
    id: `q${index}`,
    video: "v",
    task: "direction",
    way: "forward",
    options: 4,
    truncated: false,
    gold: "A",
    reply: "",
    letter: null,
    status: status === "+" ? "correct" : status === "?" ? "unparsed" : "wrong",
  }));

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
    expect(test_.difference).toBeCloseTo(0.2);
  });

  test("must have the same samples", () => {
    expect(() => pairedTest(predictions("++"), predictions("+"))).toThrow("different samples");
  });
});
