import type { RecipeClaim } from "../schemas/generated/recipe.ts";
import type { RunRecordClaim } from "../schemas/generated/run-record.ts";
import type { StepOutcome } from "../schemas/plan.ts";
import { pairedTest, sameSamples, type Prediction } from "./statistics.ts";

/** Judges each claim by the finished steps. `predictions` holds the samples of each eval/mcq step. */
export function judgeClaims(
  claims: readonly RecipeClaim[],
  outcomes: ReadonlyMap<string, StepOutcome>,
  predictions: ReadonlyMap<string, readonly Prediction[]>,
): RunRecordClaim[] {
  return claims.map((claim) =>
    claim.better !== undefined && claim.than !== undefined
      ? judgeComparison(claim, claim.better, claim.than, outcomes, predictions)
      : judgeMetric(claim, outcomes),
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function unjudged(claim: RecipeClaim, because: string): RunRecordClaim {
  return {
    id: claim.id,
    says: claim.says ?? claim.id,
    source: claim.source ?? null,
    verdict: "NOT CHECKED",
    value: null,
    interval: null,
    p: null,
    because,
    evidence: [],
  };
}

function judgeComparison(
  claim: RecipeClaim,
  better: string,
  than: string,
  outcomes: ReadonlyMap<string, StepOutcome>,
  predictions: ReadonlyMap<string, readonly Prediction[]>,
): RunRecordClaim {
  const [first, second] = [predictions.get(better), predictions.get(than)];
  if (first === undefined || second === undefined) {
    return unjudged(claim, `The step '${first === undefined ? better : than}' gave no result.`);
  }
  if (!sameSamples(first, second))
    return unjudged(claim, `'${better}' and '${than}' were evaluated on different samples.`);
  const test = pairedTest(first, second);
  const limit = claim.p_below ?? 0.05;
  // Against the claim only when the data say so: no difference found is not a difference refuted.
  const verdict = test.p >= limit ? "INCONCLUSIVE" : test.difference > 0 ? "REPRODUCED" : "NOT REPRODUCED";
  const accuracy = (id: string) => percent(outcomes.get(id)?.metrics["accuracy"] ?? Number.NaN);
  return {
    ...unjudged(claim, ""),
    verdict,
    value: test.difference,
    interval: test.interval,
    p: test.p,
    because:
      `${better} ${accuracy(better)} against ${than} ${accuracy(than)} on the same ${test.samples} samples: ` +
      `${test.gained} gained, ${test.lost} lost; McNemar's exact test, must be below ${limit}.`,
    evidence: [better, than].flatMap((id) => outcomes.get(id)?.outputs["predictions"]?.uri ?? []),
  };
}

function judgeMetric(claim: RecipeClaim, outcomes: ReadonlyMap<string, StepOutcome>): RunRecordClaim {
  const [step, ...rest] = (claim.metric ?? "").split(".");
  const metric = rest.join(".");
  const outcome = outcomes.get(step!);
  const value = outcome && Object.hasOwn(outcome.metrics, metric) ? outcome.metrics[metric] : undefined;
  if (value === undefined) return unjudged(claim, `The step '${step}' gave no metric '${metric}'.`);
  const { at_least: low = -Infinity, at_most: high = Infinity } = claim;
  const [from, to] = [outcome?.metrics[`${metric}_low`], outcome?.metrics[`${metric}_high`]];
  const range = [
    ...(claim.at_least === undefined ? [] : [`at least ${low}`]),
    ...(claim.at_most === undefined ? [] : [`at most ${high}`]),
  ].join(" and ");
  return {
    ...unjudged(claim, ""),
    verdict: value >= low && value <= high ? "REPRODUCED" : "NOT REPRODUCED",
    value,
    interval: from === undefined || to === undefined ? null : [from, to],
    because: `${claim.metric} is ${Number(value.toPrecision(4))}, expected ${range}.`,
    evidence: Object.values(outcome?.outputs ?? {}).map(({ uri }) => uri),
  };
}
