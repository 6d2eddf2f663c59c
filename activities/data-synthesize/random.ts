import { createHash } from "node:crypto";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * A generator for one purpose. Its state is a digest of what it is for: seeded by neighbouring numbers, a generator's first
 * draws would follow them (the parity of a clip's number decided its first turn once).
 */
export function randomOf(purpose: "walk" | "questions", ...numbers: number[]): RandomGenerator {
  const digest = createHash("sha256")
    .update([purpose, ...numbers].join(" "))
    .digest();
  return xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at)));
}
