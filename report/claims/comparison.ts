import type { PlanClaim } from "../../schemas/plan.ts";
import { pairedTest, sameSamples, smallestP, type Prediction } from "../statistics.ts";
import type { Combination } from "./combinations.ts";
import { notChecked, type Judged, type Results } from "./judged.ts";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Judges "A beats B" by a paired test on the same samples, pooled over the seeds. */
export function judgeComparison(claim: PlanClaim, combinations: Combination[], results: Results): Judged {
  const [better, than] = [claim.better!, claim.than!];
  const pairs = combinations.map((one) => [one[better]!, one[than]!] as const);
  const [first, second]: [Prediction[], Prediction[]] = [[], []];
  for (const [place, [ours, other]] of pairs.entries()) {
    const [a, b] = [results.predictions.get(ours), results.predictions.get(other)];
    if (a === undefined || b === undefined)
      return notChecked(`The step '${a === undefined ? ours : other}' gave no predictions.`);
    if (!sameSamples(a, b))
      return notChecked(`'${ours}' and '${other}' were evaluated on different samples.`);
    // The same question under another seed is another sample.
    first.push(...a.map((one) => ({ ...one, id: `${place} ${one.id}` })));
    second.push(...b.map((one) => ({ ...one, id: `${place} ${one.id}` })));
  }
  const test = pairedTest(first, second);
  const limit = claim.p_below ?? 0.05;
  const share = (some: Prediction[]) =>
    some.filter(({ status }) => status === "correct").length / some.length;
  const seeds = pairs.length > 1 ? ` over ${pairs.length} seeds` : "";
  return {
    verdict: verdictOf(test, limit),
    paper: `${better} > ${than}`,
    value: test.difference,
    interval: test.interval,
    p: test.p,
    because:
      `${better} ${percent(share(first))} against ${than} ${percent(share(second))} on the same ${test.samples} samples${seeds}: ` +
      `${test.gained} gained, ${test.lost} lost; McNemar's exact test, must be below ${limit}.`,
    evidence: pairs.flatMap((pair) =>
      pair.flatMap((id) => results.outcomes.get(id)?.outputs["predictions"]?.uri ?? []),
    ),
  };
}

/** Against the claim only when the data say so: no difference found is not a difference refuted. */
function verdictOf(test: ReturnType<typeof pairedTest>, limit: number): Judged["verdict"] {
  if (test.p < limit) return test.difference > 0 ? "REPRODUCED" : "NOT REPRODUCED";
  // Had all samples on which the two differ spoken with one voice, it would still not have been enough.
  return smallestP(test.gained + test.lost) >= limit ? "INCONCLUSIVE" : "WITHIN NOISE";
}
