import { clusterMean, clustersOf } from "./clusters.ts";
import { clusterOf, sameSamples, type Scored } from "./sample.ts";
import { signFlipP } from "./sign-flip.ts";

export interface Paired {
  /** Samples that have a score under both. */
  samples: number;
  /** Independent groups of them, such as videos: the unit of the test and of the interval. */
  clusters: number;
  /** Mean scores over the samples. */
  means: [number, number];
  /** Samples on which the first, or the second, scores higher. */
  gained: number;
  lost: number;
  /** First minus second, of the means. */
  difference: number;
  /** 95 % interval of the difference; null where too few clusters differ to have one. */
  interval: [number, number] | null;
  /** The differences of each cluster, added up. */
  sums: number[];
}

// Means of judgements that are equal by right may differ in their last bits.
const EQUAL = 1e-9;

/**
 * Compares two models on the same samples, in one or several evaluations of each (a pair of them for each seed or other cell):
 * samples of one video are one cluster, in whichever evaluation. Null when no sample has a score under both. Throws when
 * they are not the same samples.
 */
export function comparePaired(
  pairs: readonly (readonly [readonly Scored[], readonly Scored[]])[],
): Paired | null {
  const scored = pairs.flatMap(([first, second]) => pairsOf(first, second));
  if (scored.length === 0) return null;
  const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / scored.length;
  const differences = scored.map(({ cluster, ours, theirs }) => ({
    cluster,
    value: Math.abs(ours - theirs) < EQUAL ? 0 : ours - theirs,
  }));
  const clusters = clustersOf(differences);
  const { mean: difference, interval } = clusterMean(clusters);
  return {
    samples: scored.length,
    clusters: clusters.length,
    means: [mean(scored.map(({ ours }) => ours)), mean(scored.map(({ theirs }) => theirs))],
    gained: differences.filter(({ value }) => value > 0).length,
    lost: differences.filter(({ value }) => value < 0).length,
    difference,
    interval,
    sums: clusters.map(({ sum }) => sum),
  };
}

/** Two-sided p of a permutation test of the difference, whole clusters at a time. */
export const pairedP = ({ sums }: Paired): number => signFlipP(sums);

function pairsOf(first: readonly Scored[], second: readonly Scored[]) {
  if (!sameSamples(first, second)) throw new Error("the two evaluations have different samples");
  const other = new Map(second.map(({ id, score }) => [id, score]));
  return first.flatMap((sample) => {
    const theirs = other.get(sample.id) ?? null;
    return sample.score === null || theirs === null
      ? []
      : [{ cluster: clusterOf(sample), ours: sample.score, theirs }];
  });
}
