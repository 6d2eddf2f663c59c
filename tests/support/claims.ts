import { evaluateMetrics } from "../../compiler/evaluate-metrics.ts";
import { judgeClaims } from "../../verdict/judge.ts";
import type { Evaluated, Results } from "../../verdict/judged.ts";
import { asScored, type Prediction, type Scored } from "../../verdict/statistics/sample.ts";
import type { PlanClaim, StepOutcome } from "../../schemas/plan.ts";

export const predictions = (correct: number, of = 100): Prediction[] =>
  Array.from({ length: of }, (_, index) => ({
    id: `q${index}`,
    video: `v${index}`,
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
export const right = (some: Prediction[]): Evaluated => ({
  output: "predictions",
  uri: "artifacts/some",
  samples: some.map(asScored),
});
const points = (scores: (number | null)[]): Scored[] =>
  scores.map((score, index) => ({ id: `q${index}`, score }));
export const outcome = (id: string, metrics: Record<string, number>): [string, StepOutcome] => [
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
export type Steps = Record<
  string,
  { metrics: Record<string, number>; correct?: number; of?: number; scores?: (number | null)[] }
>;

/** Judges one claim on the given steps. */
export const judged = (claim: PlanClaim, steps: Steps, profile: string | null = null) =>
  judgedAll([claim], steps, profile)[0]!;

export function judgedAll(
  claims: PlanClaim[],
  steps: Steps,
  profile: string | null = null,
  correction?: "none" | "holm",
) {
  const ids = Object.entries(steps);
  const results: Results = {
    profile,
    outcomes: new Map(ids.map(([id, { metrics }]) => outcome(id, metrics))),
    evaluated: new Map(
      ids.flatMap(([id, { correct, of, scores }]) => [
        ...(correct === undefined ? [] : [[id, right(predictions(correct, of))] as const]),
        ...(scores === undefined
          ? []
          : [[id, { output: "scores" as const, uri: "artifacts/some", samples: points(scores) }] as const]),
      ]),
    ),
    evaluate: evaluateMetrics,
  };
  return judgeClaims(claims, results, correction);
}
export const arms = (first: number, second: number, of = 100): Steps => ({
  a: { metrics: { accuracy: first / of, samples: of }, correct: first, of },
  b: { metrics: { accuracy: second / of, samples: of }, correct: second, of },
});
