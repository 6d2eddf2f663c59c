import { describe, expect, test } from "vitest";
import { seedsNeeded, seedTest } from "../../../verdict/statistics/over-seeds.ts";
import { comparePaired, pairedP, type Paired } from "../../../verdict/statistics/paired.ts";
import { asScored, type Scored } from "../../../verdict/statistics/sample.ts";
import { shareInterval, wilson } from "../../../verdict/statistics/share.ts";
import { signFlipP, smallestP } from "../../../verdict/statistics/sign-flip.ts";

const replies = (signs: string, video?: (index: number) => string): Scored[] =>
  signs.split("").map((sign, index) =>
    asScored({
      id: `q${index}`,
      ...(video === undefined ? {} : { video: video(index) }),
      status: sign === "+" ? "correct" : sign === "?" ? "unparsed" : "wrong",
    }),
  );
const compared = (pairs: [Scored[], Scored[]][]): (Paired & { p: number }) | null => {
  const found = comparePaired(pairs);
  return found && { ...found, p: pairedP(found) };
};
const points = (...scores: (number | null)[]): Scored[] =>
  scores.map((score, index) => ({ id: `q${index}`, score }));

describe("of differences of one it is McNemar's exact test", () => {
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
    const both = [...Array<number>(a).fill(1), ...Array<number>(b).fill(-1)];
    expect(signFlipP(both)).toBeCloseTo(p, 9);
    expect(signFlipP(both.map((one) => -one))).toBeCloseTo(p, 9);
  });

  test("and where all speak for one side, it is the smallest that there is", () => {
    for (const pairs of [1, 2, 7, 124])
      expect(signFlipP(Array<number>(pairs).fill(1))).toBe(smallestP(pairs));
    expect(smallestP(0)).toBe(1);
  });
});

describe("two models on the same samples", () => {
  test("are compared sample by sample; an unparsed reply is not correct", () => {
    const found = compared([[replies("++-+?"), replies("+---+")]]);
    expect(found).toMatchObject({ samples: 5, clusters: 5, gained: 2, lost: 1 });
    expect(found!.difference).toBeCloseTo(0.2);
  });

  test("are compared by a judge's points; a sample without a score under one of them is left out", () => {
    const found = compared([[points(5, 4, 3, null, 2, 1), points(2, 4, 2, 0, 4, null)]]);
    // Differences 3, 0, 1, -2: of the eight signs of three, all but those of 6 and 0 make 2 or more.
    expect(found).toMatchObject({
      samples: 4,
      means: [3.5, 3],
      gained: 2,
      lost: 1,
      difference: 0.5,
      p: 0.75,
    });
    expect(compared([[points(null), points(1)]])).toBeNull();
  });

  test("test the mean that they show: few far lower ones weigh more than many a little higher", () => {
    const ours = points(...Array<number>(40).fill(3.1), 0, 0);
    const theirs = points(...Array<number>(40).fill(3), 5, 5);
    const found = compared([[ours, theirs]])!;
    expect(found).toMatchObject({ gained: 40, lost: 2 });
    expect(found.difference).toBeLessThan(0);
    expect(found.p).toBeGreaterThan(0.05);
  });

  test("are not told apart by rounding, and equal differences have no interval", () => {
    const all = (score: number) => points(...Array<number>(17).fill(score));
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(compared([[all(0.1 + 0.2), all(0.3)]])).toMatchObject({ gained: 0, lost: 0, difference: 0, p: 1 });
    expect(compared([[all(7 / 3), all(0.1)]])).toMatchObject({ gained: 17, lost: 0, interval: null });
  });

  test("take the questions of one video as one, in all evaluations", () => {
    const ofOne = (index: number) => `v${Math.floor(index / 6)}`;
    const [ours, theirs] = [replies("++++++++++++", ofOne), replies("------------", ofOne)];
    expect(compared([[ours, theirs]])).toMatchObject({ samples: 12, clusters: 2, gained: 12, p: 0.5 });
    expect(
      compared([
        [ours, theirs],
        [ours, theirs],
      ]),
    ).toMatchObject({ samples: 24, clusters: 2, p: 0.5 });
  });

  test("must have the same samples", () => {
    expect(() => compared([[replies("++"), replies("+")]])).toThrow("different samples");
  });
});

describe("over seeds", () => {
  test("one says nothing; equal ones speak by their number", () => {
    expect(seedTest([0.1])).toMatchObject({ p: null, interval: null });
    expect(seedTest([0.1, 0.1, 0.1, 0.1])).toMatchObject({ p: 0.125 });
    expect(seedTest([0, 0])).toMatchObject({ p: 1 });
  });

  test("say how many would do", () => {
    const differences = [0.09, 0.098, 0.027];
    const needed = seedsNeeded(differences, 0.01)!;
    expect(needed).toBeGreaterThan(3);
    expect(needed).toBeLessThan(10);
    expect(seedsNeeded([0.1, -0.1], 0.05)).toBeNull();
    expect(seedsNeeded([0.001, 0.5, -0.4], 1e-9)).toBeNull();
  });
});

test("a share over videos is as sure as its videos, not as its questions", () => {
  const samples = (hit: (index: number) => boolean) =>
    Array.from({ length: 60 }, (_, index) => ({ cluster: `v${Math.floor(index / 6)}`, hit: hit(index) }));
  const width = ([low, high]: [number, number]) => high - low;
  // Whole videos right or wrong: ten trials. Half of each video: no more than sixty.
  const whole = shareInterval(samples((index) => index < 30));
  expect(width(whole)).toBeGreaterThan(width(wilson(5, 10)) * 0.9);
  expect(shareInterval(samples((index) => index % 2 === 0))).toEqual(wilson(5, 10));
  expect(shareInterval(samples(() => true))).toEqual(wilson(10, 10));
  const apart = samples((index) => index < 30).map((one, index) => ({ ...one, cluster: String(index) }));
  expect(shareInterval(apart)).toEqual(wilson(30, 60));
});
