import { clusterMean, clustersOf } from "./clusters.ts";

/** Normal quantile of a two-sided 95 % interval. */
const Z = 1.959964;

/** Wilson's 95 % interval of a share (E. B. Wilson, 1927); [0, 1] without trials. Trials need not be a whole number. */
export function wilson(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = share + Z ** 2 / (2 * trials);
  const half = Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  return [(centre - half) / scale, (centre + half) / scale];
}

/**
 * 95 % interval of a share of samples, some of which belong together: Wilson's, with as many trials as independent samples
 * would show the same uncertainty (E. L. Korn, B. I. Graubard, 1998), at most as many as there are. Where the samples show
 * none, each cluster is one trial.
 */
export function shareInterval(samples: readonly { cluster: string; hit: boolean }[]): [number, number] {
  const clusters = clustersOf(samples.map(({ cluster, hit }) => ({ cluster, value: Number(hit) })));
  const total = samples.length;
  if (clusters.length === total) return wilson(samples.filter(({ hit }) => hit).length, total);
  const { mean, error } = clusterMean(clusters);
  const worth = error ? Math.min(total, (mean * (1 - mean)) / error ** 2) : clusters.length;
  return wilson(mean * worth, worth);
}
