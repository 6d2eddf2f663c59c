import { describe, expect, test } from "vitest";
import { judgeClaims } from "../../report/judge-claims.ts";
import type { Prediction } from "../../report/statistics.ts";
import type { StepOutcome } from "../../schemas/plan.ts";

const predictions = (correct: number, of = 100): Prediction[] =>
  Array.from({ length: of }, (_, index) => ({
    id: `q${index}`,
    video: "v",
    task: "t",
    way: "w",
    gold: "A",
    reply: "",
    letter: null,
    status: index < correct ? "correct" : "wrong",
  }));
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
const verdict = (claim: Parameters<typeof judgeClaims>[0][number], first: number, second: number) =>
  judgeClaims(
    [claim],
    new Map([outcome("a", { accuracy: first / 100 }), outcome("b", { accuracy: second / 100 })]),
    new Map([
      ["a", predictions(first)],
      ["b", predictions(second)],
    ]),
  )[0]!;

describe("A beats B", () => {
  const claim = { id: "c", better: "a", than: "b", p_below: 0.05 };

  test("is reproduced when the difference is more than noise", () => {
    expect(verdict(claim, 80, 60)).toMatchObject({ verdict: "REPRODUCED", value: 0.2 });
  });

  test("is not reproduced when B is better by more than noise", () => {
    expect(verdict(claim, 60, 80).verdict).toBe("NOT REPRODUCED");
  });

  test("is inconclusive when the difference may be noise", () => {
    expect(verdict(claim, 61, 60).verdict).toBe("INCONCLUSIVE");
  });

  test("is not checked when the samples differ", () => {
    const steps = new Map([outcome("a", {}), outcome("b", {})]);
    const [judged] = judgeClaims(
      [claim],
      steps,
      new Map([
        ["a", predictions(1, 10)],
        ["b", predictions(1, 11)],
      ]),
    );
    expect(judged).toMatchObject({
      verdict: "NOT CHECKED",
      because: "'a' and 'b' were evaluated on different samples.",
    });
  });

  test("is not checked when a step is missing", () => {
    expect(judgeClaims([claim], new Map(), new Map())[0]).toMatchObject({
      verdict: "NOT CHECKED",
      because: "The step 'a' gave no result.",
    });
  });
});

describe("a metric in a range", () => {
  test.each([
    [{ at_least: 0.5 }, "REPRODUCED"],
    [{ at_least: 0.9 }, "NOT REPRODUCED"],
    [{ at_most: 0.5 }, "NOT REPRODUCED"],
    [{ at_least: 0.5, at_most: 0.7 }, "REPRODUCED"],
  ])("%o", (range, expected) => {
    expect(verdict({ id: "c", metric: "a.accuracy", ...range }, 60, 0).verdict).toBe(expected);
  });

  test("that the step does not give is not checked", () => {
    expect(verdict({ id: "c", metric: "a.constructor", at_least: 1 }, 60, 0).verdict).toBe("NOT CHECKED");
    expect(verdict({ id: "c", metric: "a.speed", at_least: 1 }, 60, 0).verdict).toBe("NOT CHECKED");
  });
});
