import { digestOf } from "../../core/digest.ts";
import { groupBy } from "../../core/group-by.ts";
import { taskOf } from "../../data/questions/names.ts";
import type { Question } from "../../schemas/generated/question.ts";

/** Puts names in a seeded order that does not depend on where they stand in a file. */
export function seededOrder<T>(items: readonly T[], seed: number, nameOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, draw: digestOf([seed, nameOf(item)]) }))
    .sort((a, b) => (a.draw < b.draw ? -1 : 1))
    .map(({ item }) => item);
}

/**
 * The first `count` rows of a seeded order in which every task, and way where rows have one, advances evenly: a smaller subset is part of
 * each larger one, and each is divided as the whole. Rows come back in the order of the file.
 */
export function nestedSubset<Row extends Question>(rows: readonly Row[], count: number, seed: number): Row[] {
  const ordered = seededOrder(rows, seed, ({ id }) => id);
  const ranked = [...groupBy(ordered, taskOf).values()].flatMap((stratum) =>
    stratum.map(({ id }, place) => ({ id, share: (place + 0.5) / stratum.length })),
  );
  ranked.sort((a, b) => a.share - b.share);
  const chosen = new Set(ranked.slice(0, count).map(({ id }) => id));
  return rows.filter(({ id }) => chosen.has(id));
}
