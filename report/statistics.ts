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
  status: "correct" | "wrong" | "unparsed" | "error";
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

export interface PairedTest {
  samples: number;
  /** Samples that only the first, or only the second, got right. */
  gained: number;
  lost: number;
  /** First minus second, in shares of the samples. */
  difference: number;
  /** 95 % interval of the difference (Wald, paired). */
  interval: [number, number];
  /** McNemar's exact two-sided p: the binomial test on the samples where the two differ. */
  p: number;
}

/** Whether two evaluations asked the same questions. */
export function sameSamples(first: readonly Prediction[], second: readonly Prediction[]): boolean {
  const ids = new Set(second.map(({ id }) => id));
  return first.length === ids.size && first.every(({ id }) => ids.has(id));
}

/** Compares two models on the same samples. Throws when the samples are not the same. */
export function pairedTest(first: readonly Prediction[], second: readonly Prediction[]): PairedTest {
  const other = new Map(second.map(({ id, status }) => [id, status === "correct"]));
  if (!sameSamples(first, second)) throw new Error("the two evaluations have different samples");
  let [gained, lost] = [0, 0];
  for (const { id, status } of first) {
    const better = status === "correct";
    if (better && !other.get(id)) gained++;
    if (!better && other.get(id)) lost++;
  }
  const samples = first.length;
  const difference = (gained - lost) / samples;
  const half = (Z * Math.sqrt(gained + lost - (gained - lost) ** 2 / samples)) / samples;
  return {
    samples,
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
