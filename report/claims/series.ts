/** Two-sided 95 % quantiles of Student's t by degrees of freedom (W. S. Gosset, 1908; any table of t). */
const T95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const Z95 = 1.96;

export interface Series {
  mean: number;
  /** Standard deviation of the values, with n - 1; null for fewer than two. */
  sd: number | null;
  /** 95 % interval of the mean; null for fewer than two. */
  interval: [number, number] | null;
}

/** Sums up values that differ by their seeds. Throws without a value. */
export function summarise(values: readonly number[]): Series {
  if (values.length === 0) throw new Error("there is no value to sum up");
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, sd: null, interval: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (values.length - 1));
  const half = ((T95[values.length - 2] ?? Z95) * sd) / Math.sqrt(values.length);
  return { mean, sd, interval: [mean - half, mean + half] };
}
