import type { Question } from "../../schemas/generated/question.ts";
import { groupBy, seededOrder, stratumOf } from "./subset.ts";

/**
 * Chooses the videos whose rows are held out for evaluation: about `share` of each task and way, and no video on both
 * sides. Videos with the same questions stand together in a seeded order, and every 1/share-th of the line is taken.
 */
export function heldOutVideos(rows: readonly Question[], share: number, seed: number): Set<string> {
  const videos = [...groupBy(rows, ({ video }) => video)].map(([video, own]) => ({
    video,
    asks: own.map(stratumOf).sort().join(" "),
  }));
  const line = [
    ...groupBy(
      seededOrder(videos, seed, ({ video }) => video),
      ({ asks }) => asks,
    ),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, alike]) => alike.map(({ video }) => video));
  return new Set(
    line.filter(
      (_, place) => Math.floor((place + 0.5) * share + 0.5) > Math.floor((place - 0.5) * share + 0.5),
    ),
  );
}

export type Overlap = "refuse" | "drop-from-training" | "drop-from-evaluation";

export interface Sides {
  train: Question[];
  eval: Question[];
  /** Videos that were on both sides. */
  shared: string[];
}

/** Keeps every video on one side only. With `refuse`, both sides come back as they were. */
export function withoutOverlap(train: Question[], evaluation: Question[], overlap: Overlap): Sides {
  const trained = new Set(train.map(({ video }) => video));
  const shared = [...new Set(evaluation.map(({ video }) => video))]
    .filter((video) => trained.has(video))
    .sort();
  const both = new Set(shared);
  const without = (rows: Question[]) => rows.filter(({ video }) => !both.has(video));
  return {
    train: overlap === "drop-from-training" ? without(train) : train,
    eval: overlap === "drop-from-evaluation" ? without(evaluation) : evaluation,
    shared,
  };
}
