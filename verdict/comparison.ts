import { counted } from "../schemas/counted.ts";
import type { PlanClaim } from "../schemas/plan.ts";
import { seedsNeeded, seedTest } from "./statistics/over-seeds.ts";
import { comparePaired, pairedP, type Paired } from "./statistics/paired.ts";
import { sameSamples, type Scored } from "./statistics/sample.ts";
import { smallestP } from "./statistics/sign-flip.ts";
import { bySeed, type Combination } from "./combinations.ts";
import { notChecked, type Evaluated, type Judged, type Results } from "./judged.ts";

type Pair = readonly [readonly Scored[], readonly Scored[]];
type Verdict = Judged["verdict"];

/**
 * Judges "A beats B" by a paired test on the same samples. Over several seeds, or where the claim says so, the unit is the
 * seed: the claim is about a method. Else it is the video: the claim is about these very models.
 */
export function judgeComparison(claim: PlanClaim, combinations: Combination[], results: Results): Judged {
  const [better, than] = [claim.better!, claim.than!];
  const found = pairsOf(claim, combinations, results);
  if (typeof found === "string") return notChecked(found);
  const { pairs, output } = found;
  const test = comparePaired(pairs);
  if (test === null) return notChecked(`No sample has a score under both '${better}' and '${than}'.`);
  const seeds = [...bySeed(combinations, pairs, claim.seed_key).values()];
  const limit = claim.p_below ?? 0.05;
  const verdictBy = (claim.unit ?? (seeds.length > 1 ? "seed" : "video")) === "seed" ? overSeeds : overVideos;
  const said = output === "scores" ? inPoints(test, pairs) : inShares(test);
  return {
    paper: `${better} > ${than}`,
    ...verdictBy({ test, seeds, limit, output }, (rest) =>
      [
        `${better} ${said.ours} against ${than} ${said.theirs} on the same ${counted(test.samples, "sample")}`,
        `${said.counts}${rest}`,
      ].join(": "),
    ),
    evidence: combinations.flatMap(({ ids }) =>
      [better, than].flatMap((name) => results.evaluated.get(ids[name]!)?.uri ?? []),
    ),
  };
}

/** The scores of each combination's two arms; a sentence where they cannot be compared. */
function pairsOf(
  { better, than }: PlanClaim,
  combinations: readonly Combination[],
  results: Results,
): { pairs: Pair[]; output: Evaluated["output"] } | string {
  const pairs: Pair[] = [];
  const outputs = new Set<Evaluated["output"]>();
  for (const { ids } of combinations) {
    const [ours, other] = [ids[better!]!, ids[than!]!];
    const [a, b] = [results.evaluated.get(ours), results.evaluated.get(other)];
    if (a === undefined || b === undefined)
      return `The step '${a === undefined ? ours : other}' gave no predictions or scores.`;
    outputs.add(a.output).add(b.output);
    if (outputs.size > 1)
      return `'${ours}' gave ${a.output} and '${other}' ${b.output}: they have no common measure.`;
    if (!sameSamples(a.samples, b.samples))
      return `'${ours}' and '${other}' were evaluated on different samples.`;
    pairs.push([a.samples, b.samples]);
  }
  return { pairs, output: [...outputs][0]! };
}

interface Compared {
  test: Paired;
  /** The pairs of each seed. */
  seeds: Pair[][];
  limit: number;
  output: Evaluated["output"];
}
type Told = Pick<Judged, "verdict" | "value" | "interval" | "p" | "unit" | "units" | "because" | "decide">;

function overVideos({ test, limit, output }: Compared, tell: (rest: string) => string): Told {
  const { clusters, samples } = test;
  const p = pairedP(test);
  const how =
    clusters < samples
      ? `permutation test over ${counted(clusters, "video")}`
      : output === "predictions"
        ? "McNemar's exact test"
        : "permutation test";
  // Had all of them spoken with one voice, it would still not have been enough.
  const few = smallestP(clusters) >= limit;
  const decide = (value: number): Verdict =>
    value < limit ? winner(test.difference) : few ? "INCONCLUSIVE" : "WITHIN NOISE";
  return {
    verdict: decide(p),
    ...{ value: test.difference, interval: test.interval, p },
    ...{ unit: clusters < samples ? "video" : "sample", units: clusters },
    because: tell(`; ${how}, must be below ${limit}.`),
    decide,
  };
}

function overSeeds({ seeds, limit }: Compared, tell: (rest: string) => string): Told {
  const differences = seeds.flatMap((pairs) => comparePaired(pairs)?.difference ?? []);
  const { difference, interval, p } = seedTest(differences);
  const needed = seedsNeeded(differences, limit);
  const few = smallestP(differences.length) >= limit;
  const decide = (value: number): Verdict =>
    value < limit ? winner(difference) : few ? "INCONCLUSIVE" : "WITHIN NOISE";
  const lacks = needed === null ? "" : ` If more were as these, ${needed} would do.`;
  const verdict = p === null ? "INCONCLUSIVE" : decide(p);
  const each = differences.map((one) => signed(one)).join(", ");
  const how =
    p === null
      ? `One seed (${each}) says nothing of a method.`
      : `The seeds differ by ${each}; paired t test over ${counted(differences.length, "seed")}, must be below ${limit}.`;
  return {
    verdict,
    ...{ value: difference, interval, p },
    ...{ unit: "seed", units: differences.length },
    because: `${tell(" of all seeds' samples.")} ${how}${verdict === "INCONCLUSIVE" ? lacks : ""}`,
    ...(p === null ? {} : { decide }),
  };
}

const winner = (difference: number): Verdict => (difference > 0 ? "REPRODUCED" : "NOT REPRODUCED");
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const signed = (value: number): string => `${value > 0 ? "+" : ""}${String(Number(value.toPrecision(3)))}`;

const inShares = ({ means, gained, lost }: Paired) => ({
  ours: percent(means[0]),
  theirs: percent(means[1]),
  counts: `${gained} gained, ${lost} lost`,
});

function inPoints({ means, gained, lost, samples }: Paired, pairs: readonly Pair[]) {
  const asked = pairs.reduce((sum, [first]) => sum + first.length, 0);
  const left = samples === asked ? "" : `, ${asked - samples} without a score left out`;
  return {
    ours: means[0].toFixed(2),
    theirs: `${means[1].toFixed(2)} of 5`,
    counts: `${gained} scored higher, ${lost} lower${left}`,
  };
}
