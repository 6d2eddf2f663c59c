import { smallestP } from "./sign-flip.ts";
import { summarise, twoSidedP } from "./student.ts";

const MOST = 1000;
/** Of values that are equal by right. */
const ROUNDING = 1e-12;

export interface SeedTest {
  /** Mean of the differences of the seeds. */
  difference: number;
  /** 95 % interval, Student's. */
  interval: [number, number] | null;
  /** Two-sided p of the paired t test over the seeds; null for a single one. */
  p: number | null;
}

/** A paired t test over seeds: one difference for each. */
export function seedTest(differences: readonly number[]): SeedTest {
  const { mean, sd, interval } = summarise(differences);
  return { difference: mean, interval, p: sd === null ? null : pOf(mean, sd, differences.length) };
}

/** How many seeds would show the difference, if they went on as these; null where no number is in sight. */
export function seedsNeeded(differences: readonly number[], limit: number): number | null {
  const { mean, sd } = summarise(differences);
  if (mean === 0 || sd === null) return null;
  for (let count = differences.length + 1; count <= MOST; count++)
    if (pOf(mean, sd, count) < limit) return count;
  return null;
}

function pOf(mean: number, sd: number, count: number): number {
  if (sd > ROUNDING * Math.max(1, Math.abs(mean)))
    return twoSidedP(mean / (sd / Math.sqrt(count)), count - 1);
  // Seeds that agree to the last digit have no spread to go by: only their signs speak.
  return mean === 0 ? 1 : smallestP(count);
}
