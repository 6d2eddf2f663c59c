import { counted } from "../../schemas/counted.ts";
import type { PlanClaim } from "../../schemas/plan.ts";
import { pairedTest, sameSamples, smallestP, type PairedTest, type Scored } from "../statistics.ts";
import type { Combination } from "./combinations.ts";
import { notChecked, type Evaluated, type Judged, type Results } from "./judged.ts";

/** Judges "A beats B" by a paired test on the same samples, pooled over the seeds. */
export function judgeComparison(claim: PlanClaim, combinations: Combination[], results: Results): Judged {
  const [better, than] = [claim.better!, claim.than!];
  const pairs = combinations.map((one) => [one[better]!, one[than]!] as const);
  const [first, second]: [Scored[], Scored[]] = [[], []];
  const outputs = new Set<Evaluated["output"]>();
  for (const [place, [ours, other]] of pairs.entries()) {
    const [a, b] = [results.evaluated.get(ours), results.evaluated.get(other)];
    if (a === undefined || b === undefined)
      return notChecked(`The step '${a === undefined ? ours : other}' gave no predictions or scores.`);
    outputs.add(a.output).add(b.output);
    if (outputs.size > 1)
      return notChecked(
        `'${ours}' gave ${a.output} and '${other}' ${b.output}: they have no common measure.`,
      );
    if (!sameSamples(a.samples, b.samples))
      return notChecked(`'${ours}' and '${other}' were evaluated on different samples.`);
    // The same question under another seed is another sample.
    first.push(...a.samples.map((one) => ({ ...one, id: `${place} ${one.id}` })));
    second.push(...b.samples.map((one) => ({ ...one, id: `${place} ${one.id}` })));
  }
  const [output] = outputs;
  const test = pairedTest(first, second);
  if (test === null) return notChecked(`No sample has a score under both '${better}' and '${than}'.`);
  const limit = claim.p_below ?? 0.05;
  const said = output === "scores" ? inPoints(test, first.length) : inShares(test);
  const seeds = pairs.length > 1 ? ` over ${pairs.length} seeds` : "";
  return {
    verdict: verdictOf(test, limit),
    paper: `${better} > ${than}`,
    value: test.difference,
    interval: test.interval,
    p: test.p,
    because:
      `${better} ${said.ours} against ${than} ${said.theirs} on the same ${counted(test.samples, "sample")}${seeds}: ` +
      `${said.counts}, must be below ${limit}.`,
    evidence: pairs.flatMap((pair) =>
      pair.flatMap((id) => results.outcomes.get(id)?.outputs[output!]?.uri ?? []),
    ),
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const inShares = ({ means, gained, lost }: PairedTest) => ({
  ours: percent(means[0]),
  theirs: percent(means[1]),
  counts: `${gained} gained, ${lost} lost; McNemar's exact test`,
});

function inPoints({ means, gained, lost, samples }: PairedTest, asked: number) {
  const left = samples === asked ? "" : `, ${asked - samples} without a score left out`;
  return {
    ours: means[0].toFixed(2),
    theirs: `${means[1].toFixed(2)} of 5`,
    counts: `${gained} scored higher, ${lost} lower${left}; exact sign test`,
  };
}

/** Against the claim only when the data say so: no difference found is not a difference refuted. */
function verdictOf(test: PairedTest, limit: number): Judged["verdict"] {
  // Of points, the mean may speak against the number of samples: then neither side has won.
  const won = Math.sign(test.gained - test.lost) === Math.sign(test.difference);
  if (test.p < limit && won) return test.difference > 0 ? "REPRODUCED" : "NOT REPRODUCED";
  // Had all samples on which the two differ spoken with one voice, it would still not have been enough.
  return smallestP(test.gained + test.lost) >= limit ? "INCONCLUSIVE" : "WITHIN NOISE";
}
