import type { ClaimCell } from "../schemas/plan.ts";

/** Which cell each name of a claim means, for one combination of the matrices' values. */
export interface Combination {
  ids: Record<string, string>;
  values: ClaimCell["matrix"];
}

/**
 * The combinations of the cells that a claim's names mean: cells that have a key of their matrices in common go together
 * where they have the same value for it, as the two arms of one seed.
 */
export function combinationsOf(cells: Record<string, ClaimCell[]>): Combination[] {
  let open: Combination[] = [{ ids: {}, values: {} }];
  for (const [name, choices] of Object.entries(cells)) {
    open = open.flatMap(({ ids, values }) =>
      choices
        .filter(({ matrix }) =>
          Object.entries(matrix).every(([key, value]) => (values[key] ?? value) === value),
        )
        .map(({ id, matrix }) => ({ ids: { ...ids, [name]: id }, values: { ...values, ...matrix } })),
    );
  }
  return open;
}

/** The key of a matrix whose values are repetitions of one experiment, unless a claim names another one. */
const SEED = "seed";

/** Things made of each combination, by the seed that they belong to; all together where the matrices have no such key. */
export function bySeed<T>(
  combinations: readonly Combination[],
  things: readonly T[],
  key: string = SEED,
): Map<string | number | boolean | null, T[]> {
  const found = new Map<string | number | boolean | null, T[]>();
  for (const [index, { values }] of combinations.entries()) {
    const seed = values[key] ?? null;
    found.set(seed, [...(found.get(seed) ?? []), things[index]!]);
  }
  return found;
}
