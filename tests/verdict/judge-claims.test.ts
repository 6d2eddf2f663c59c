import { describe, expect, test } from "vitest";
import { combinationsOf } from "../../verdict/combinations.ts";
import { verdictsAsJunit } from "../../report/junit.ts";
import { verdictsAsMarkdown } from "../../report/verdict-table.ts";
import { summarise } from "../../verdict/statistics/student.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { PlanClaim } from "../../schemas/plan.ts";
import { judged, type Steps } from "../support/claims.ts";

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
    [{ value: 0.64, within: { interval: 0.11 } }, "REPRODUCED"],
    [{ value: 0.7, within: { interval: 0.11 } }, "NOT REPRODUCED"],
    // Ours is 0.1 wide.
    [{ value: 0.64, within: { interval: 0.09 } }, "INCONCLUSIVE"],
    [{ value: 0.7, within: { interval: 0.09 } }, "INCONCLUSIVE"],
    [{ value: 0.61, within: { margin: 0.07 } }, "REPRODUCED"],
    [{ value: 0.61, within: { margin: 0.04 } }, "INCONCLUSIVE"],
    [{ value: 0.7, within: { margin: 0.04 } }, "NOT REPRODUCED"],
    [{ value: 0.7, within: { margin: 0.04 }, digitised_error: 0.2 }, "REPRODUCED"],
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
        "a.accuracy is 0.62, mean of 3 seeds (sd 0.02); expected 0.65 within 2 standard deviations over the seeds.",
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
    { ids: { a: "a-0", base: "base", b: "b-0" }, values: { seed: 0 } },
    { ids: { a: "a-1", base: "base", b: "b-1" }, values: { seed: 1 } },
  ]);
});

test("a mean has Student's interval", () => {
  // t of 2 degrees of freedom is 4.303.
  const { mean, sd, interval } = summarise([1, 2, 3]);
  expect([mean, sd]).toEqual([2, 1]);
  expect(interval![1]).toBeCloseTo(2 + 4.302652729749462 / Math.sqrt(3), 7);
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

  test("as JUnit: what XML cannot say is replaced, all else is kept", () => {
    const [claim] = record.claims;
    const odd = { ...claim!, says: "\u001b[31m \ud83d\ude00 \ud800 ä & \t", because: "a\u0000b\nc" };
    const xml = verdictsAsJunit([{ ...record, claims: [odd] }]);
    expect(xml).toContain('name="reproduced: \ufffd[31m \ud83d\ude00 \ufffd ä &amp; \t"');
    expect(xml).toContain("a\ufffdb\nc</system-out>");
  });

  test("as Markdown", () => {
    const text = verdictsAsMarkdown([record]);
    expect(text).toContain(
      "| <NOT CHECKED> \\| says (Table 1) | 0.5 | 0.5123 | 0.4 to 0.6 | NOT CHECKED | x/y |",
    );
    expect(text).toContain("### r, full, run r-1");
  });
});
