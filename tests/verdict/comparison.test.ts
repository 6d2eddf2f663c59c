import { describe, expect, test } from "vitest";
import { evaluateMetrics } from "../../compiler/evaluate-metrics.ts";
import { judgeClaims } from "../../verdict/judge.ts";
import type { PlanClaim } from "../../schemas/plan.ts";
import { arms, judged, judgedAll, outcome, predictions, right, type Steps } from "../support/claims.ts";

describe("A beats B", () => {
  const claim = { id: "c", better: "a", than: "b", p_below: 0.05 };

  test.each([
    [80, 60, "REPRODUCED"],
    [60, 80, "NOT REPRODUCED"],
    // Hardly a sample differs, of a hundred that could have.
    [61, 60, "WITHIN NOISE"],
    [60, 60, "WITHIN NOISE"],
  ])("%i against %i of 100 is %s", (first, second, verdict) => {
    expect(judged(claim, arms(first, second))).toMatchObject({ verdict, paper: "a > b", counts: true });
  });

  test("is within noise when gains and losses are near each other", () => {
    const steps = arms(60, 60);
    const mixed = predictions(60).map((one, index) => ({
      ...one,
      status: index >= 10 && index < 73 ? ("correct" as const) : ("wrong" as const),
    }));
    const found = judgeClaims([claim], {
      profile: null,
      outcomes: new Map(Object.entries(steps).map(([id, { metrics }]) => outcome(id, metrics))),
      evaluated: new Map([
        ["a", right(mixed)],
        ["b", right(predictions(60))],
      ]),
      evaluate: evaluateMetrics,
    })[0]!;
    expect(found).toMatchObject({ verdict: "WITHIN NOISE", value: 0.03 });
  });

  test("of five samples is inconclusive: had all spoken with one voice, it would not have been enough", () => {
    expect(judged(claim, arms(5, 0, 5))).toMatchObject({ verdict: "INCONCLUSIVE", p: 0.0625, units: 5 });
  });

  test.each([
    ["higher on nearly all", 3, 4, "REPRODUCED", 0.9, 21 / 2 ** 19],
    ["a little higher on nearly all, and far lower on the rest", 2.1, 0, "WITHIN NOISE", -0.155, 1],
  ])("a judge's points %s", (_, most, last, verdict, value, p) => {
    const scored = (...scores: (number | null)[]): Steps[string] => ({ metrics: {}, scores });
    const steps = {
      a: scored(...Array<number>(19).fill(most), last, 5),
      b: scored(...Array<number>(19).fill(2), 5, null),
    };
    const found = judged(claim, steps);
    expect(found).toMatchObject({ verdict, p: expect.closeTo(p, 9) as number, unit: "sample", units: 20 });
    expect(found.value).toBeCloseTo(value);
    expect(found.because).toMatch(
      / of 5 on the same 20 samples: 19 scored higher, 1 lower, 1 without a score left out; permutation test, must/,
    );
  });

  test("is not checked when one has letters and the other points, or no sample has two scores", () => {
    const letters = arms(10, 10)["a"]!;
    const steps = { a: letters, b: { metrics: {}, scores: [1] } };
    const none = { a: { metrics: {}, scores: [null] }, b: { metrics: {}, scores: [1] } };
    expect(judged(claim, steps)).toMatchObject({
      verdict: "NOT CHECKED",
      because: "'a' gave predictions and 'b' scores: they have no common measure.",
    });
    expect(judged(claim, none)).toMatchObject({
      verdict: "NOT CHECKED",
      because: "No sample has a score under both 'a' and 'b'.",
    });
  });

  test("is not checked when the samples differ, or a step is missing", () => {
    const other = { ...arms(1, 1, 10), b: arms(1, 1, 11)["b"]! };
    expect(judged(claim, other)).toMatchObject({
      verdict: "NOT CHECKED",
      because: "'a' and 'b' were evaluated on different samples.",
    });
    expect(judged(claim, {})).toMatchObject({
      verdict: "NOT CHECKED",
      because: "The step 'a' gave no result.",
    });
  });

  const cells = (name: string, values: Record<string, number | string>[]) =>
    values.map((matrix) => ({ id: `${name}-${Object.values(matrix).join("-")}`, matrix }));
  /** The two arms under each cell, of 100 samples. */
  const grid = (values: Record<string, number | string>[], counts: [number, number][]) => ({
    claim: { ...claim, cells: { a: cells("a", values), b: cells("b", values) } } as PlanClaim,
    steps: Object.fromEntries(
      values.flatMap((_, index) =>
        (["a", "b"] as const).map((name, arm) => [
          cells(name, values)[index]!.id,
          { metrics: {}, correct: counts[index]![arm]!, of: 100 },
        ]),
      ),
    ) as Steps,
  });
  const seeds = (...counts: [number, number][]) =>
    grid(
      counts.map((_, seed) => ({ seed })),
      counts,
    );

  test("over seeds is about the method: the seed is the unit, not the question", () => {
    // Of one seed's hundred questions ten gained and none lost are sure; that other seeds agree is another matter.
    expect(judged(claim, arms(70, 60))).toMatchObject({ verdict: "REPRODUCED", unit: "sample", units: 100 });
    const same = seeds([70, 60], [70, 60], [70, 60]);
    const found = judged(same.claim, same.steps);
    expect(found).toMatchObject({ verdict: "INCONCLUSIVE", unit: "seed", units: 3, p: 0.25 });
    expect(found.because).toBe(
      "a 70.0 % against b 60.0 % on the same 300 samples: 30 gained, 0 lost of all seeds' samples. " +
        "The seeds differ by +0.1, +0.1, +0.1; paired t test over 3 seeds, must be below 0.05. " +
        "If more were as these, 6 would do.",
    );
  });

  test("over seeds says how many would do, and is shown by seeds that agree", () => {
    // The method grid of 2026-11-24: p 5.6e-19 of its questions, 0.086 of its seeds.
    const three = seeds([69, 60], [70, 60], [63, 60]);
    expect(judged(three.claim, three.steps)).toMatchObject({
      verdict: "INCONCLUSIVE",
      p: expect.closeTo(0.0785, 3) as number,
      because: expect.stringMatching(/If more were as these, [45] would do\.$/) as string,
    });
    const close = seeds([69, 60], [70, 60], [71, 60]);
    expect(judged(close.claim, close.steps).verdict).toBe("REPRODUCED");
    expect(judged({ ...close.claim, better: "b", than: "a" }, close.steps).verdict).toBe("NOT REPRODUCED");
    const mixed = seeds([65, 60], [57, 60], [61, 60], [58, 60], [62, 60], [60, 61]);
    expect(judged(mixed.claim, mixed.steps).verdict).toBe("WITHIN NOISE");
  });

  test("over seeds may be said of these very models, and of one seed nothing of a method", () => {
    const three = seeds([69, 60], [70, 60], [63, 60]);
    expect(judged({ ...three.claim, unit: "video" }, three.steps)).toMatchObject({
      verdict: "REPRODUCED",
      unit: "video",
      units: 100,
    });
    expect(judged({ ...claim, unit: "seed" }, arms(80, 60))).toMatchObject({
      verdict: "INCONCLUSIVE",
      p: null,
      because: expect.stringContaining("One seed (+0.2) says nothing of a method.") as string,
    });
  });

  test("counts different seeds, not cells", () => {
    const values = [0, 1].flatMap((seed) => ["x", "y", "z"].map((rate) => ({ seed, rate })));
    const six = grid(
      values,
      values.map((_, index): [number, number] => [80 + index, 60]),
    );
    expect(judged({ ...six.claim, seeds: 2 }, six.steps)).toMatchObject({ unit: "seed", units: 2 });
    expect(judged({ ...six.claim, seeds: 5 }, six.steps)).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("Only 2 of the 5 seeds that it needs were run.") as string,
    });
    expect(judged({ ...six.claim, seeds: 3, seed_key: "rate" }, six.steps)).toMatchObject({ units: 3 });
    const other = grid(
      [{ rate: "x" }, { rate: "y" }],
      [
        [80, 60],
        [81, 60],
      ],
    );
    expect(judged({ ...other.claim, seeds: 2 }, other.steps)).toMatchObject({
      verdict: "INCONCLUSIVE",
      unit: "video",
      because: expect.stringContaining("Only 1 of the 2 seeds") as string,
    });
  });

  test("is corrected for the number of tests, where the recipe says so", () => {
    const claims: PlanClaim[] = [
      { ...claim, id: "sure" },
      { ...claim, id: "near", better: "c", than: "d" },
      { ...claim, id: "aside", counts_in: ["other"] },
      { id: "number", metric: "a.accuracy", at_least: 0.5 },
    ];
    const steps: Steps = {
      ...arms(80, 60),
      c: { metrics: {}, correct: 66, of: 100 },
      d: { metrics: {}, correct: 60, of: 100 },
    };
    const verdicts = (correction?: "holm") => judgedAll(claims, steps, null, correction);
    expect(verdicts().map(({ verdict }) => verdict)).toEqual([
      ...["REPRODUCED", "REPRODUCED", "INCONCLUSIVE", "REPRODUCED"],
    ]);
    const [sure, near, aside] = verdicts("holm");
    // Six of six: 0.03125, which is the larger of two, and stays; a third test would make it 0.0625.
    expect([sure!.p, near!.p]).toEqual([expect.closeTo(2 ** -18, 12), 0.03125]);
    expect(near!.because).toContain("p is 0.031 before Holm's correction for 2 tests.");
    expect(aside!.p).toBe(sure!.p! / 2);
    const third = [...claims, { ...claim, id: "third", better: "c", than: "d" }];
    expect(judgedAll(third, steps, null, "holm")[1]).toMatchObject({ verdict: "WITHIN NOISE", p: 0.0625 });
  });

  test("names its test and its limit, and what it was judged by", () => {
    const found = judged(claim, arms(80, 60));
    expect(found.because).toMatch(/20 gained, 0 lost; McNemar's exact test, must be below 0\.05\.$/);
    expect(found.evidence).toEqual(["artifacts/some", "artifacts/some"]);
    const { p_below: _, ...usual } = claim;
    expect(judged(usual, arms(80, 60)).because).toBe(found.because);
    expect(judged({ ...claim, p_below: 0.01 }, arms(66, 60))).toMatchObject({
      verdict: "WITHIN NOISE",
      because: expect.stringMatching(/must be below 0\.01\.$/) as string,
    });
    const three = seeds([69, 60], [70, 60], [63, 60]);
    expect(judged({ ...three.claim, unit: "video" }, three.steps).because).toMatch(
      /; permutation test over 100 videos, must be below 0\.05\.$/,
    );
    expect(judged(three.claim, three.steps).evidence).toHaveLength(6);
  });

  test("a p that is the limit is not below it, and what cannot get below it is inconclusive", () => {
    const limit = 2 ** -5;
    expect(judged({ ...claim, p_below: limit }, arms(6, 0, 6))).toMatchObject({
      verdict: "INCONCLUSIVE",
      p: limit,
    });
    const six = seeds(...Array.from({ length: 6 }, (): [number, number] => [70, 60]));
    const found = judged({ ...six.claim, p_below: limit }, six.steps);
    expect(found).toMatchObject({ verdict: "INCONCLUSIVE", p: limit });
    expect(found.because).toContain(" If more were as these, 7 would do.");
  });

  test("says how many seeds would do only where they are too few, and some number would", () => {
    const endsPlainly = /paired t test over [0-9]+ seeds, must be below 0\.05\.$/;
    const close = seeds([69, 60], [70, 60], [71, 60]);
    expect(judged(close.claim, close.steps).because).toMatch(endsPlainly);
    const opposed = seeds([65, 60], [55, 60]);
    const found = judged(opposed.claim, opposed.steps);
    expect(found).toMatchObject({ verdict: "INCONCLUSIVE", value: 0 });
    expect(found.because).toMatch(endsPlainly);
  });

  test("Holm's correction counts tests over seeds, but not what one seed says", () => {
    const close = seeds([69, 60], [70, 60], [71, 60]);
    const one: PlanClaim = { ...claim, id: "one", better: "x", than: "y", unit: "seed" };
    const { a, b } = arms(80, 60);
    const steps: Steps = { ...close.steps, x: a!, y: b! };
    const [alone, lone] = judgedAll([close.claim, one], steps, null, "holm");
    expect(lone).toMatchObject({ verdict: "INCONCLUSIVE", p: null });
    expect(alone!.p).toBe(judged(close.claim, close.steps).p);
    const twice = judgedAll([close.claim, { ...close.claim, id: "again" }], steps, null, "holm");
    expect(twice[0]!.p).toBeCloseTo(2 * alone!.p!, 12);
  });

  test.each(["a", "b"])("is not checked where '%s' ended without predictions or scores", (name) => {
    const steps = { ...arms(80, 60), [name]: { metrics: {} } };
    expect(judged(claim, steps)).toMatchObject({
      verdict: "NOT CHECKED",
      because: `The step '${name}' gave no predictions or scores.`,
    });
  });

  test("with fewer samples than it needs is inconclusive", () => {
    expect(judged({ ...claim, samples: 200 }, arms(80, 60))).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("'a' has 100 samples, the claim needs 200."),
    });
  });
});
