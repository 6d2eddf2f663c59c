import { expect, test } from "vitest";
import { comparedSteps, judgeClaims } from "../../verdict/judge.ts";
import type { PlanClaim } from "../../schemas/plan.ts";
import { outcome, predictions, right } from "../support/claims.ts";

const metric: PlanClaim = { id: "m", metric: "a.accuracy", at_least: 0 };
const compared: PlanClaim = {
  ...{ id: "c", better: "a", than: "b" },
  cells: { a: [{ id: "a-1", matrix: { seed: 1 } }], b: [{ id: "b-1", matrix: { seed: 1 } }] },
};

test("a step whose result cannot be read has no claim checked, whatever of it is left", () => {
  const [id, step] = outcome("a", { accuracy: 0.5 });
  const results = {
    profile: null,
    outcomes: new Map([[id, { ...step, unfit: "'metrics.f1' is null" }]]),
    evaluated: new Map([[id, right(predictions(50))]]),
    evaluate: () => 0.5,
  };
  for (const claim of [
    metric,
    { ...metric, metric: undefined, that: "a.accuracy", cells: { a: [{ id, matrix: {} }] } },
  ])
    expect(judgeClaims([claim as PlanClaim], results)).toMatchObject([
      {
        verdict: "NOT CHECKED",
        value: null,
        because: "The result of the step 'a' cannot be read: 'metrics.f1' is null.",
      },
    ]);
});

test("a claim that cannot be judged does not keep the others from it", () => {
  const results = {
    profile: null,
    outcomes: new Map([outcome("a", { accuracy: 0.5 })]),
    evaluated: new Map(),
    evaluate: () => 0,
  };
  const broken = { id: "x", metric: "a.accuracy", value: 0.5 } as PlanClaim;
  expect(judgeClaims([broken, metric], results)).toMatchObject([
    { id: "x", verdict: "NOT CHECKED", because: expect.stringContaining("It could not be judged: ") },
    { id: "m", verdict: "REPRODUCED" },
  ]);
});

test("only what a claim compares is read: the cells of its two arms", () => {
  expect([...comparedSteps([metric, compared])].sort()).toEqual(["a-1", "b-1"]);
  expect([...comparedSteps([{ id: "p", better: "x", than: "y" }])].sort()).toEqual(["x", "y"]);
  expect(comparedSteps([metric]).size).toBe(0);
});
