/** Normal quantile of a two-sided 95 % interval. */
const Z = 1.959964;

/** One sample's outcome under one model, from predictions.jsonl. */
export interface Prediction {
  id: string;
  video: string;
  task: string;
  way: string;
  /** Part of the benchmark. */
  part?: string;
  /** Number of options. */
  options: number;
  gold: string;
  reply: string;
  letter: string | null;
  /** The rule by which the letter was read. */
  rule: string | null;
  status: "correct" | "wrong" | "unparsed" | "filtered" | "refused" | "error";
  /** Whether the reply was cut at the limit of new tokens. */
  truncated: boolean;
  /** Why there is no reply. */
  error?: string;
}

/** Wilson's 95 % interval of a share (E. B. Wilson, 1927); [0, 1] without trials. */
export function wilson(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = share + Z ** 2 / (2 * trials);
  const half = Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  return [(centre - half) / scale, (centre + half) / scale];
}

/** One sample's score under one model: 1 for a right letter and 0 for any other reply, or a judge's; null without one. */
export interface Scored {
  id: string;
  score: number | null;
}

/** A prediction as a score: what is not right, whatever the reason, is wrong. */
export const asScored = ({ id, status }: Pick<Prediction, "id" | "status">): Scored => ({
  id,
  score: status === "correct" ? 1 : 0,
});

export interface PairedTest {
  /** Samples that have a score under both. */
  samples: number;
  /** Mean scores over them. */
  means: [number, number];
  /** Samples on which the first, or the second, scores higher. */
  gained: number;
  lost: number;
  /** First minus second, of the means. */
  difference: number;
  /** 95 % interval of the difference (Wald, paired). */
  interval: [number, number];
  /** Exact two-sided sign test on the samples where the two differ; of right and wrong it is McNemar's. */
  p: number;
}

/** Whether two evaluations asked the same questions. */
export function sameSamples(first: readonly Scored[], second: readonly Scored[]): boolean {
  const ids = new Set(second.map(({ id }) => id));
  return first.length === ids.size && first.every(({ id }) => ids.has(id));
}

// Means of judgements that are equal by right may differ in their last bits.
const EQUAL = 1e-9;

/** Compares two models on the same samples; null when none has a score under both. Throws when they are not the same. */
export function pairedTest(first: readonly Scored[], second: readonly Scored[]): PairedTest | null {
  if (!sameSamples(first, second)) throw new Error("the two evaluations have different samples");
  const other = new Map(second.map(({ id, score }) => [id, score]));
  const pairs = first.flatMap(({ id, score }): [number, number][] => {
    const theirs = other.get(id) ?? null;
    return score === null || theirs === null ? [] : [[score, theirs]];
  });
  if (pairs.length === 0) return null;
  const samples = pairs.length;
  const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / samples;
  const differences = pairs.map(([ours, theirs]) => (Math.abs(ours - theirs) < EQUAL ? 0 : ours - theirs));
  const difference = mean(differences);
  const half = Z * Math.sqrt(mean(differences.map((one) => (one - difference) ** 2)) / samples);
  const gained = differences.filter((one) => one > 0).length;
  const lost = differences.filter((one) => one < 0).length;
  return {
    samples,
    means: [mean(pairs.map(([ours]) => ours)), mean(pairs.map(([, theirs]) => theirs))],
    gained,
    lost,
    difference,
    interval: [difference - half, difference + half],
    p: binomialTwoSided(gained, lost),
  };
}

/** Two-sided exact test that `a` and `b` come from a fair coin; 1 when there is nothing to compare. */
export function binomialTwoSided(a: number, b: number): number {
  const trials = a + b;
  // In logarithms: binomial coefficients of a thousand samples overflow.
  let logTerm = -trials * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(a, b); k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(trials - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** The smallest p that so many differing samples can give: when all of them speak for one side. */
export const smallestP = (differing: number): number => binomialTwoSided(differing, 0);
