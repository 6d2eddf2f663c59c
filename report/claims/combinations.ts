import type { ClaimCell } from "../../schemas/plan.ts";

/** Which cell each name of a claim means, for one combination of the matrices' values. */
export type Combination = Record<string, string>;

/**
 * The combinations of the cells that a claim's names mean: cells that have a key of their matrices in common go together
 * where they have the same value for it, as the two arms of one seed.
 */
export function combinationsOf(cells: Record<string, ClaimCell[]>): Combination[] {
  let open: { ids: Combination; values: ClaimCell["matrix"] }[] = [{ ids: {}, values: {} }];
  for (const [name, choices] of Object.entries(cells)) {
    open = open.flatMap(({ ids, values }) =>
      choices
        .filter(({ matrix }) =>
          Object.entries(matrix).every(([key, value]) => (values[key] ?? value) === value),
        )
        .map(({ id, matrix }) => ({ ids: { ...ids, [name]: id }, values: { ...values, ...matrix } })),
    );
  }
  return open.map(({ ids }) => ids);
}
