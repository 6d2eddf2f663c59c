/** p-values adjusted for each other by Holm's step-down method (S. Holm, 1979), in their order. */
export function holm(ps: readonly number[]): number[] {
  const ranked = ps.map((p, index) => ({ p, index })).sort((one, other) => one.p - other.p);
  const adjusted = Array<number>(ps.length);
  let least = 0;
  for (const [rank, { p, index }] of ranked.entries()) {
    least = Math.max(least, Math.min(1, (ps.length - rank) * p));
    adjusted[index] = least;
  }
  return adjusted;
}
