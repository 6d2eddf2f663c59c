import path from "node:path";
import { groupBy } from "../../core/group-by.ts";
import { taskOf } from "../../data/questions/names.ts";
import type { Having } from "../../data/questions/questions-file.ts";
import { seededOrder } from "./subset.ts";

type Row = Having<"video">;

/**
 * Chooses the videos whose rows are held out for evaluation: about `share` of each task and way, and no video on both
 * sides. Videos with the same questions stand together in a seeded order, and every 1/share-th of the line is taken.
 */
export function heldOutVideos(rows: readonly Row[], share: number, seed: number): Set<string> {
  const videos = [...groupBy(rows, ({ video }) => video)].map(([video, own]) => ({
    video,
    asks: own.map(taskOf).sort().join(" "),
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
  train: Row[];
  eval: Row[];
  /** Videos that were on both sides. */
  shared: string[];
}

/** Keeps every video on one side only. With `refuse`, both sides come back as they were. */
export function withoutOverlap(train: Row[], evaluation: Row[], overlap: Overlap): Sides {
  const [trained, evaluated] = [train, evaluation].map((rows) => [
    ...new Set(rows.map(({ video }) => video)),
  ]);
  const shared = sharedWith(evaluated!, trained!);
  const without = (rows: Row[], videos: readonly string[]) => {
    const left = new Set(videos);
    return rows.filter(({ video }) => !left.has(video));
  };
  return {
    train: overlap === "drop-from-training" ? without(train, sharedWith(trained!, evaluated!)) : train,
    eval: overlap === "drop-from-evaluation" ? without(evaluation, shared) : evaluation,
    shared,
  };
}

/** Those videos that are among others as well. A bare name is looked for in every folder: it may be any of its name. */
function sharedWith(videos: readonly string[], others: readonly string[]): string[] {
  const paths = new Set(others.map((video) => path.normalize(video)));
  const names = new Set(others.map((video) => path.basename(video)));
  return videos
    .filter((video) => {
      const normal = path.normalize(video);
      const name = path.basename(video);
      return paths.has(normal) || (normal === name ? names : paths).has(name);
    })
    .sort();
}
