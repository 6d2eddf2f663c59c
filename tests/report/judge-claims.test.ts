import { describe, expect, test } from "vitest";
import { evaluateMetrics } from "../../compiler/evaluate-metrics.ts";
import { combinationsOf } from "../../report/claims/combinations.ts";
import { judgeClaims } from "../../report/claims/judge.ts";
import { verdictsAsJunit } from "../../report/claims/junit.ts";
import { summarise } from "../../report/claims/series.ts";
import { verdictsAsMarkdown } from "../../report/claims/verdict-table.ts";
import type { Evaluated } from "../../report/claims/judged.ts";
import { asScored, binomialTwoSided, type Prediction, type Scored } from "../../report/statistics.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { PlanClaim, StepOutcome } from "../../schemas/plan.ts";

const predictions = (correct: number, of = 100): Prediction[] =>
  Array.from({ length: of }, (_, index) => ({
    id: `q${index}`,
    video: "v",
    task: "t",
    way: "w",
    options: 4,
    truncated: false,
    gold: "A",
    reply: "",
    letter: null,
    rule: null,
    status: index < correct ? "correct" : "wrong",
  }));
const right = (some: Prediction[]): Evaluated => ({ output: "predictions", samples: some.map(asScored) });
const points = (scores: (number | null)[]): Scored[] =>
  scores.map((score, index) => ({ id: `q${index}`, score }));
const outcome = (id: string, metrics: Record<string, number>): [string, StepOutcome] => [
  id,
  {
    id,
    kind: "eval/mcq",
    status: "done",
    attempts: 1,
    resumed_from: [],
    repeated: 0,
    seconds_lost: 0,
    inexact: [],
    failure: null,
    started: null,
    ended: null,
    fingerprint: null,
    inputs: {},
    outputs: {},
    metrics,
    log: null,
    events: null,
    threads: 1,
  },
];
type Steps = Record<
  string,
  { metrics: Record<string, number>; correct?: number; of?: number; scores?: (number | null)[] }
>;

/** Judges one claim on the given steps. */
function judged(claim: PlanClaim, steps: Steps, profile: string | null = null) {
  const ids = Object.entries(steps);
  return judgeClaims([claim], {
    profile,
    outcomes: new Map(ids.map(([id, { metrics }]) => outcome(id, metrics))),
    evaluated: new Map(
      ids.flatMap(([id, { correct, of, scores }]) => [
        ...(correct === undefined ? [] : [[id, right(predictions(correct, of))] as const]),
        ...(scores === undefined
          ? []
          : [[id, { output: "scores" as const, samples: points(scores) }] as const]),
      ]),
    ),
    evaluate: evaluateMetrics,
  })[0]!;
}
const arms = (first: number, second: number, of = 100): Steps => ({
  a: { metrics: { accuracy: first / of, samples: of }, correct: first, of },
  b: { metrics: { accuracy: second / of, samples: of }, correct: second, of },
});

test.each([
  [{ served_models: 1 }, "REPRODUCED", ""],
  [{ served_models: 1, changed: 0 }, "REPRODUCED", ""],
  [{ served_models: 2 }, "INCONCLUSIVE", "The replies of 'judge' came from 2 models."],
  [{ served_models: 1, changed: 3 }, "INCONCLUSIVE", "3 replies of 'judge' are others than were recorded"],
])("a judge with %o is %s", (metrics, verdict, because) => {
  const claim: PlanClaim = { id: "c", metric: "judge.score", at_least: 3 };
  const found = judged(claim, { judge: { metrics: { score: 4, ...metrics } } });
  expect(found).toMatchObject({ verdict, because: expect.stringContaining(because) as string });
});

describe("A beats B", () => {
  const claim = { id: "c", better: "a", than: "b", p_below: 0.05 };

  test.each([
    [80, 60, "REPRODUCED"],
    [60, 80, "NOT REPRODUCED"],
    // One differing sample: whatever it says, nothing could have come of it.
    [61, 60, "INCONCLUSIVE"],
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

  test.each([
    ["higher on nearly all", 3, 4, "REPRODUCED", 0.9],
    ["a little higher on nearly all, and far lower on the rest", 2.1, 0, "WITHIN NOISE", -0.155],
  ])("a judge's points %s", (_, most, last, verdict, value) => {
    const scored = (...scores: (number | null)[]): Steps[string] => ({ metrics: {}, scores });
    const steps = {
      a: scored(...Array<number>(19).fill(most), last, 5),
      b: scored(...Array<number>(19).fill(2), 5, null),
    };
    const found = judged(claim, steps);
    expect(found).toMatchObject({ verdict, p: binomialTwoSided(19, 1) });
    expect(found.value).toBeCloseTo(value);
    expect(found.because).toMatch(
      / of 5 on the same 20 samples: 19 scored higher, 1 lower, 1 without a score left out; exact sign test, must/,
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

  test("is pooled over the seeds of a matrix, each with its own", () => {
    const cells = (name: string) => [0, 1, 2].map((seed) => ({ id: `${name}-${seed}`, matrix: { seed } }));
    const steps: Steps = {};
    for (const seed of [0, 1, 2]) {
      steps[`a-${seed}`] = { metrics: {}, correct: 65, of: 100 };
      steps[`b-${seed}`] = { metrics: {}, correct: 60, of: 100 };
    }
    const several = { ...claim, cells: { a: cells("a"), b: cells("b") } };
    // Five gained of 100 are p = 0.06, fifteen of 300 are not.
    expect(judged(claim, { a: steps["a-0"]!, b: steps["b-0"]! }).verdict).not.toBe("REPRODUCED");
    const found = judged(several, steps);
    expect(found).toMatchObject({ verdict: "REPRODUCED" });
    expect(found.because).toContain("on the same 300 samples over 3 seeds: 15 gained, 0 lost");
    expect(judged({ ...several, seeds: 5 }, steps)).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("Only 3 of the 5 seeds"),
    });
  });

  test("with fewer samples than it needs is inconclusive", () => {
    expect(judged({ ...claim, samples: 200 }, arms(80, 60))).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringContaining("'a' has 100 samples, the claim needs 200."),
    });
  });
});

describe("a number", () => {
  const measured = (accuracy: number): Steps => ({
    a: { metrics: { accuracy, accuracy_low: accuracy - 0.05, accuracy_high: accuracy + 0.05, samples: 300 } },
    b: { metrics: { accuracy: 0.4 } },
  });

  test.each<[Partial<PlanClaim>, string]>([
    [{ at_least: 0.5 }, "REPRODUCED"],
    [{ at_least: 0.63 }, "WITHIN NOISE"],
    [{ at_least: 0.9 }, "NOT REPRODUCED"],
    [{ at_most: 0.5 }, "NOT REPRODUCED"],
    [{ at_least: 0.5, at_most: 0.7 }, "REPRODUCED"],
    [{ value: 0.61, within: { absolute: 0.02 } }, "REPRODUCED"],
    [{ value: 0.66, within: { absolute: 0.02 } }, "WITHIN NOISE"],
    [{ value: 0.7, within: { absolute: 0.02 } }, "NOT REPRODUCED"],
    [{ value: 0.7, within: { absolute: 0.02 }, digitised_error: 0.08 }, "REPRODUCED"],
    [{ value: 0.65, within: { relative: 0.1 } }, "REPRODUCED"],
    [{ value: 0.9, within: { relative: 0.1 } }, "NOT REPRODUCED"],
    [{ value: 0.64, within: "interval" }, "REPRODUCED"],
    [{ value: 0.7, within: "interval" }, "NOT REPRODUCED"],
    [{ value: 0.61, within: { sd: 2 } }, "INCONCLUSIVE"],
  ])("%o of 0.6 [0.55, 0.65] is %s", (wanted, verdict) => {
    expect(judged({ id: "c", metric: "a.accuracy", ...wanted }, measured(0.6)).verdict).toBe(verdict);
  });

  test("may be an expression over several steps", () => {
    const claim = { id: "c", that: "a.accuracy - b['accuracy']", at_least: 0.15 };
    const cells = { a: [{ id: "a", matrix: {} }], b: [{ id: "b", matrix: {} }] };
    const found = judged({ ...claim, cells }, measured(0.6));
    expect(found).toMatchObject({ verdict: "REPRODUCED", value: expect.closeTo(0.2, 9) });
    expect(judged({ ...claim, that: "a.speed - 1", cells }, measured(0.6))).toMatchObject({
      verdict: "NOT CHECKED",
      because: "a.speed - 1 has no value: 'a' gave no metric 'speed'.",
    });
  });

  test("over seeds has their mean, deviation and interval", () => {
    const cells = { a: [0, 1, 2].map((seed) => ({ id: `a-${seed}`, matrix: { seed } })) };
    const steps: Steps = {};
    for (const [seed, accuracy] of [0.6, 0.62, 0.64].entries())
      steps[`a-${seed}`] = { metrics: { accuracy } };
    const claim = { id: "c", metric: "a.accuracy", cells };
    expect(judged({ ...claim, value: 0.65, within: { sd: 2 } }, steps)).toMatchObject({
      verdict: "REPRODUCED",
      value: expect.closeTo(0.62, 9),
      because:
        "a.accuracy is 0.62, mean of 3 (sd 0.02); expected 0.65 within 2 standard deviations over the seeds.",
    });
    expect(judged({ ...claim, value: 0.8, within: { sd: 2 } }, steps).verdict).toBe("NOT REPRODUCED");
  });

  test("of the paper counts only in full, unless it says so", () => {
    const claim = { id: "c", metric: "a.accuracy", value: 0.6, within: { absolute: 0.01 } };
    expect(judged(claim, measured(0.6), "demo")).toMatchObject({
      verdict: "INCONCLUSIVE",
      counts: false,
      because: expect.stringContaining("This is the profile 'demo', in which the claim does not count."),
    });
    expect(judged({ ...claim, counts_in: ["demo"] }, measured(0.6), "demo").verdict).toBe("REPRODUCED");
    expect(judged({ ...claim, counts_in: ["full"] }, measured(0.6)).verdict).toBe("REPRODUCED");
  });

  test("that the step does not give is not checked", () => {
    for (const metric of ["a.constructor", "a.speed"])
      expect(judged({ id: "c", metric, at_least: 1 }, measured(0.6)).verdict).toBe("NOT CHECKED");
  });
});

test("cells go together where they have the same values", () => {
  const seeds = (name: string) => [0, 1].map((seed) => ({ id: `${name}-${seed}`, matrix: { seed } }));
  const base = { base: [{ id: "base", matrix: {} }] };
  expect(combinationsOf({ a: seeds("a"), ...base, b: seeds("b") })).toEqual([
    { a: "a-0", base: "base", b: "b-0" },
    { a: "a-1", base: "base", b: "b-1" },
  ]);
});

test("a mean has Student's interval", () => {
  // t of 2 degrees of freedom is 4.303.
  const { mean, sd, interval } = summarise([1, 2, 3]);
  expect([mean, sd]).toEqual([2, 1]);
  expect(interval![1]).toBeCloseTo(2 + 4.303 / Math.sqrt(3), 9);
  expect(summarise([5])).toEqual({ mean: 5, sd: null, interval: null });
});

describe("verdicts for others", () => {
  const verdicts = ["REPRODUCED", "WITHIN NOISE", "NOT REPRODUCED", "INCONCLUSIVE", "NOT CHECKED"] as const;
  const record = {
    run: "r-1",
    recipe: { name: "r", profile: null },
    seconds: 1,
    claims: verdicts.map((verdict) => ({
      ...{
        id: verdict.toLowerCase().replace(" ", "-"),
        says: `<${verdict}> | says`,
        source: "Table 1",
        paper: "0.5",
      },
      ...{
        verdict,
        counts: true,
        value: 0.51234,
        interval: [0.4, 0.6],
        p: null,
        because: "why",
        evidence: ["x/y"],
      },
    })),
  } as unknown as RunRecord;

  test("as JUnit: failures are what counts and was not shown", () => {
    const xml = verdictsAsJunit([record]);
    expect(xml).toContain('tests="5" failures="2" skipped="2"');
    expect(xml).toContain('name="reproduced: &lt;REPRODUCED&gt; | says"');
    expect(xml.match(/<failure /g)).toHaveLength(2);
  });

  test("as Markdown", () => {
    const text = verdictsAsMarkdown([record]);
    expect(text).toContain(
      "| <NOT CHECKED> \\| says (Table 1) | 0.5 | 0.5123 | 0.4 to 0.6 | NOT CHECKED | x/y |",
    );
    expect(text).toContain("### r, full, run r-1");
  });
});
