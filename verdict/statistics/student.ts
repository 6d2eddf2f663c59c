import jstat from "jstat";

const { studentt } = jstat.jStat;
const LEVEL = 0.95;

/** Half of the width of a 95 % interval, in standard errors: Student's t. */
export const t95 = (degreesOfFreedom: number): number => studentt.inv(0.5 + LEVEL / 2, degreesOfFreedom);

/** Two-sided p of a t statistic. */
export const twoSidedP = (t: number, degreesOfFreedom: number): number =>
  Math.min(1, 2 * studentt.cdf(-Math.abs(t), degreesOfFreedom));

export interface Series {
  mean: number;
  /** Standard deviation of the values, with n - 1; null for fewer than two. */
  sd: number | null;
  /** 95 % interval of the mean, Student's; null for fewer than two. */
  interval: [number, number] | null;
}

/** Sums up independent values, such as one of each seed. Throws without a value. */
export function summarise(values: readonly number[]): Series {
  if (values.length === 0) throw new Error("there is no value to sum up");
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, sd: null, interval: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (values.length - 1));
  const half = (t95(values.length - 1) * sd) / Math.sqrt(values.length);
  return { mean, sd, interval: [mean - half, mean + half] };
}
