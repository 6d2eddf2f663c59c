import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Additions that an exact distribution may take: a second or two. */
const EXACT = 4e8;
const DRAWS = 99_999;
const LARGEST_DENOMINATOR = 60;
const ROUNDING = 1e-6;

/**
 * Two-sided p of a permutation test of paired differences: how often their sum would be as far from 0 if each had its sign by
 * chance. Of differences of 1 it is McNemar's exact test. Exact where they are multiples of a fraction and few enough, else
 * from 99,999 seeded draws. 1 where nothing differs.
 */
export function signFlipP(differences: readonly number[]): number {
  const some = differences.map(Math.abs).filter((size) => size > ROUNDING);
  const seen = Math.abs(differences.reduce((sum, one) => sum + one, 0));
  const scale = commonScale(some);
  const whole = scale === null ? null : some.map((size) => Math.round(size * scale));
  const range = whole?.reduce((sum, size) => sum + size, 0) ?? Infinity;
  return whole !== null && range * whole.length <= EXACT
    ? exactP(whole, range, Math.round(seen * scale!))
    : drawnP(some, seen);
}

/** The smallest p that so many differing pairs can give: when all of them speak for one side. */
export const smallestP = (pairs: number): number => Math.min(1, 2 ** (1 - pairs));

/** The smallest number by which all become whole. */
function commonScale(sizes: readonly number[]): number | null {
  for (let scale = 1; scale <= LARGEST_DENOMINATOR; scale++)
    if (sizes.every((size) => Math.abs(size * scale - Math.round(size * scale)) < ROUNDING)) return scale;
  return null;
}

/** The sums' distribution, one difference after the other. */
function exactP(sizes: readonly number[], range: number, seen: number): number {
  // Of the part of the range that the positive signs make: the sum is twice that, less the whole range.
  const chances = new Float64Array(range + 1);
  chances[0] = 1;
  let reach = 0;
  for (const size of sizes) {
    for (let at = reach; at >= 0; at--) {
      const half = chances[at]! / 2;
      chances[at] = half;
      chances[at + size]! += half;
    }
    reach += size;
  }
  let p = 0;
  for (const [at, chance] of chances.entries()) if (Math.abs(2 * at - range) >= seen) p += chance;
  return Math.min(1, p);
}

function drawnP(sizes: readonly number[], seen: number): number {
  const random = xoroshiro128plus(0x5eed);
  let asFar = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    let bits = 0;
    for (const [at, size] of sizes.entries()) {
      if (at % 30 === 0) bits = uniformInt(random, 0, 0x3fffffff);
      sum += bits & (1 << (at % 30)) ? size : -size;
    }
    if (Math.abs(sum) >= seen - ROUNDING) asFar += 1;
  }
  return (asFar + 1) / (DRAWS + 1);
}
