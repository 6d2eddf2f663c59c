import { t95 } from "./student.ts";

/** Values that are not independent of each other, such as those of one video's questions. */
export interface Cluster {
  sum: number;
  size: number;
}

/** The values by what they belong to. */
export function clustersOf(values: readonly { cluster: string; value: number }[]): Cluster[] {
  const found = new Map<string, Cluster>();
  for (const { cluster, value } of values) {
    const one = found.get(cluster) ?? { sum: 0, size: 0 };
    found.set(cluster, { sum: one.sum + value, size: one.size + 1 });
  }
  return [...found.values()];
}

export interface ClusterMean {
  /** Over all values, whatever their cluster. */
  mean: number;
  /** Standard error between clusters (linearised ratio); null for fewer than two. */
  error: number | null;
  /** 95 % interval, Student's t over the clusters; null where the error is null, or 0 because all values are equal. */
  interval: [number, number] | null;
}

const ROUNDING = 1e-12;

/** The mean of all values with the uncertainty that the clusters show. Throws without a value. */
export function clusterMean(clusters: readonly Cluster[]): ClusterMean {
  const size = clusters.reduce((sum, one) => sum + one.size, 0);
  if (size === 0) throw new Error("there is no value to sum up");
  const mean = clusters.reduce((sum, one) => sum + one.sum, 0) / size;
  const count = clusters.length;
  if (count < 2) return { mean, error: null, interval: null };
  const squares = clusters.reduce((sum, one) => sum + (one.sum - one.size * mean) ** 2, 0);
  const error = Math.sqrt((count / (count - 1)) * squares) / size;
  if (error < ROUNDING * Math.max(1, Math.abs(mean))) return { mean, error: 0, interval: null };
  const half = t95(count - 1) * error;
  return { mean, error, interval: [mean - half, mean + half] };
}
