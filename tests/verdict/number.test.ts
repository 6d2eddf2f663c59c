import { describe, expect, test } from "vitest";
import { evaluateMetrics } from "../../compiler/evaluate-metrics.ts";
import type { Artifact, PlanClaim, StepOutcome } from "../../schemas/plan.ts";
import { judgeClaims } from "../../verdict/judge.ts";
import { judged, outcome, predictions, right, type Steps } from "../support/claims.ts";

/** Numbers that are exact in binary: 0.5 [0.25, 0.75]. */
const HALF: Steps = { a: { metrics: { accuracy: 0.5, accuracy_low: 0.25, accuracy_high: 0.75 } } };
const of = (wanted: Partial<PlanClaim>, steps: Steps = HALF) =>
  judged({ id: "c", metric: "a.accuracy", ...wanted }, steps);
const expressed = (wanted: Partial<PlanClaim>, steps: Steps) => judged({ id: "c", ...wanted }, steps);
const cells = (...values: Record<string, number>[]) => ({
  a: values.map((matrix) => ({ id: `a-${Object.values(matrix).join("-")}`, matrix })),
});
const measured = (metrics: Record<string, Record<string, number>>): Steps =>
  Object.fromEntries(Object.entries(metrics).map(([id, own]) => [id, { metrics: own }]));

describe("what a claim wants, in words", () => {
  test.each<[Partial<PlanClaim>, string]>([
    [{ at_least: 0.25 }, "at least 0.25"],
    [{ at_most: 0.75 }, "at most 0.75"],
    [{ at_least: 0.25, at_most: 0.75 }, "at least 0.25 and at most 0.75"],
    [{ value: 0.5, within: { absolute: 0.125 } }, "0.5 within 0.125"],
    [{ value: 0.5, within: { relative: 0.1 } }, "0.5 within 10 %"],
    [{ value: 0.5, within: { interval: 0.5 } }, "0.5 within our 95 % interval, at most 0.5 wide"],
    [{ value: 0.5, within: { margin: 0.25 } }, "0.5 within a margin of 0.25, with our whole 95 % interval"],
    [
      { value: 0.5, within: { absolute: 0.1 }, digitised_error: 0.01 },
      "0.5 within 0.1, read from a figure to 0.01",
    ],
  ])("%o", (wanted, says) => {
    expect(of(wanted)).toMatchObject({
      verdict: "REPRODUCED",
      paper: says,
      because: `a.accuracy is 0.5; expected ${says}.`,
      ...{ unit: null, units: null, interval: [0.25, 0.75], p: null },
    });
  });
});

describe("on the very edge", () => {
  test.each<[Partial<PlanClaim>, string]>([
    [{ at_least: 0.5 }, "REPRODUCED"],
    [{ at_most: 0.5 }, "REPRODUCED"],
    [{ at_least: 0.75 }, "WITHIN NOISE"],
    [{ at_most: 0.25 }, "WITHIN NOISE"],
    [{ at_least: 0.76 }, "NOT REPRODUCED"],
    [{ at_most: 0.24 }, "NOT REPRODUCED"],
    [{ value: 0.25, within: { relative: 1 } }, "REPRODUCED"],
    [{ value: 0.25, within: { relative: 0.5 } }, "WITHIN NOISE"],
    [{ value: 0.5, within: { margin: 0.25 } }, "REPRODUCED"],
    [{ value: 0.375, within: { margin: 0.25 } }, "INCONCLUSIVE"],
    [{ value: 0.625, within: { margin: 0.25 } }, "INCONCLUSIVE"],
    [{ value: 1, within: { interval: 0.5 }, digitised_error: 0.25 }, "REPRODUCED"],
    [{ value: 0, within: { interval: 0.5 }, digitised_error: 0.25 }, "REPRODUCED"],
    [{ value: 1, within: { interval: 0.5 }, digitised_error: 0.125 }, "NOT REPRODUCED"],
    [{ value: 0, within: { interval: 0.5 }, digitised_error: 0.125 }, "NOT REPRODUCED"],
  ])("%o of 0.5 [0.25, 0.75] is %s", (wanted, verdict) => {
    expect(of(wanted).verdict).toBe(verdict);
  });
});

describe("what is lacking is said", () => {
  const none = "It has no interval: one value, and none of its own.";

  test.each<[Partial<PlanClaim>["within"]]>([[{ interval: 1 }], [{ margin: 1 }]])(
    "an interval for %o, half of one too",
    (within) => {
      for (const more of [{}, { accuracy_low: 0.25 }, { accuracy_high: 0.75 }])
        expect(
          of({ value: 0.5, within: within! }, measured({ a: { accuracy: 0.5, ...more } })),
        ).toMatchObject({
          verdict: "INCONCLUSIVE",
          interval: null,
          because: expect.stringContaining(none) as string,
        });
    },
  );

  test("more data, and more than one seed", () => {
    expect(of({ value: 0.5, within: { interval: 0.25 } })).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: expect.stringMatching(/\. Ours is 0\.5 wide: more data would narrow it\.$/) as string,
    });
    expect(of({ value: 0.5, within: { sd: 2 } })).toMatchObject({
      verdict: "INCONCLUSIVE",
      paper: "0.5 within 2 standard deviations over the seeds",
      because: expect.stringMatching(/over the seeds\. One seed has no deviation\.$/) as string,
    });
  });
});

describe("several values", () => {
  test("of seeds have the seed as their unit; cells of one seed are one value of it", () => {
    const steps = measured({
      ...{ "a-0-1": { accuracy: 0.25 }, "a-0-2": { accuracy: 0.75 } },
      ...{ "a-1-1": { accuracy: 0.5 }, "a-1-2": { accuracy: 1 } },
    });
    const four = cells(...[0, 1].flatMap((seed) => [1, 2].map((rate) => ({ seed, rate }))));
    expect(of({ at_least: 0.5, cells: four }, steps)).toMatchObject({
      ...{ value: 0.625, unit: "seed", units: 2 },
      because: "a.accuracy is 0.625, mean of 2 seeds in 4 cells (sd 0.1768); expected at least 0.5.",
    });
    // Their own intervals are each of one cell.
    for (const one of Object.values(steps)) Object.assign(one.metrics, { accuracy_low: 0, accuracy_high: 1 });
    const two = cells({ seed: 0, rate: 1 }, { seed: 0, rate: 2 });
    expect(of({ at_least: 0.5, cells: two }, steps)).toMatchObject({
      ...{ value: 0.5, unit: null, units: null, interval: null },
      because: "a.accuracy is 0.5, mean of 2 cells; expected at least 0.5.",
    });
  });

  test("a single cell has the interval of its own evaluation", () => {
    const steps = measured({ "a-7": { accuracy: 0.5, accuracy_low: 0.25, accuracy_high: 0.75 } });
    expect(of({ at_least: 0.5, cells: cells({ seed: 7 }) }, steps).interval).toEqual([0.25, 0.75]);
    expect(of({ metric: "a.speed", at_least: 0.5, cells: cells({ seed: 7 }) }, steps).because).toBe(
      "a.speed has no value: 'a-7' gave no metric 'speed'.",
    );
  });

  test("an expression may name a step beside its cells, which may be missing", () => {
    const claim = {
      that: "a.accuracy - b.accuracy",
      at_least: 0,
      cells: cells({ seed: 7 }),
    };
    const steps = measured({ "a-7": { accuracy: 0.5 }, b: { accuracy: 0.25 } });
    expect(expressed(claim, steps).value).toBe(0.25);
    expect(expressed(claim, { "a-7": steps["a-7"]! }).because).toBe(
      "a.accuracy - b.accuracy has no value: 'b' gave no metric 'accuracy'.",
    );
  });
});

describe("a claim around its number", () => {
  const artifact = (uri: string): Artifact => ({ uri, digest: uri, type: "metrics" });
  const judgedWith = (
    claim: Partial<PlanClaim>,
    more: Partial<StepOutcome>,
    profile: string | null = null,
  ) => {
    const [id, step] = outcome("a", { accuracy: 0.5 });
    const least = claim.value === undefined ? { at_least: 0.25 } : {};
    return judgeClaims([{ id: "c", metric: "a.accuracy", ...least, ...claim }], {
      profile,
      outcomes: new Map([[id, { ...step, ...more }]]),
      evaluated: new Map([[id, right(predictions(3, 5))]]),
      evaluate: evaluateMetrics,
    })[0]!;
  };

  test("has its metrics as evidence, else all that the step gave", () => {
    const all = { model: artifact("m"), log: artifact("l") };
    expect(judgedWith({}, { outputs: { ...all, metrics: artifact("n") } }).evidence).toEqual(["n"]);
    expect(judgedWith({}, { outputs: all }).evidence).toEqual(["m", "l"]);
    expect(judgedWith({}, { outputs: {} }).evidence).toEqual([]);
  });

  test("says what the recipe says of it, else its name", () => {
    expect(judgedWith({}, {})).toMatchObject({ says: "c", source: null });
    const told = { says: "half are right", source: "Table 1" };
    expect(judgedWith(told, {})).toMatchObject(told);
  });

  test("is of a step that was done or reused, and of no other", () => {
    expect(judgedWith({}, { status: "reused" }).verdict).toBe("REPRODUCED");
    expect(judgedWith({}, { status: "failed" })).toMatchObject({
      verdict: "NOT CHECKED",
      because: "The step 'a' gave no result.",
    });
  });

  test("counts in each profile where it is no number of the paper; what is not checked stays so", () => {
    expect(judgedWith({}, {}, "demo")).toMatchObject({ verdict: "REPRODUCED", counts: true });
    const paper: Partial<PlanClaim> = { value: 0.5, within: { absolute: 0.1 } };
    expect(judgedWith(paper, { status: "failed" }, "demo")).toMatchObject({
      verdict: "NOT CHECKED",
      counts: false,
      because: "The step 'a' gave no result.",
    });
    expect(judgedWith({ ...paper, counts_in: ["demo"] }, {}).because).toContain("the profile 'full'");
  });

  test("needs as many samples as it says, by the metrics or by what was evaluated", () => {
    const few = "'a' has 5 samples, the claim needs 6.";
    expect(judgedWith({ samples: 5 }, {}).verdict).toBe("REPRODUCED");
    expect(judgedWith({ samples: 6 }, {})).toMatchObject({
      verdict: "INCONCLUSIVE",
      because: `a.accuracy is 0.5; expected at least 0.25. ${few}`,
    });
    const metrics = { accuracy: 0.5, samples: 7 };
    expect(judgedWith({ samples: 7 }, { metrics }).verdict).toBe("REPRODUCED");
    expect(judgedWith({ samples: 8 }, { metrics }).because).toContain("'a' has 7 samples");
  });

  test("needs as many seeds as it says", () => {
    expect(judgedWith({ seeds: 3 }, {}).because).toMatch(/ Only 1 of the 3 seeds that it needs was run\.$/);
    expect(judgedWith({ seeds: 3, metric: "a.speed" }, {}).verdict).toBe("NOT CHECKED");
  });

  test("tells of a closed model that changed", () => {
    expect(judgedWith({}, { metrics: { accuracy: 0.5, changed: 1 } }).because).toContain(
      "1 reply of 'a' is another than was recorded: the model changed.",
    );
  });

  test("is not checked where no cells go together", () => {
    const apart = { a: [{ id: "a", matrix: { seed: 0 } }], b: [{ id: "a", matrix: { seed: 1 } }] };
    expect(judgedWith({ cells: apart }, {})).toMatchObject({
      verdict: "NOT CHECKED",
      because: "No steps of the run go together for it.",
    });
  });
});
