import type { Having } from "../../data/questions/questions-file.ts";

/** Reverse thinking goes by both. */
export type Row = Having<"video" | "way">;

const key = ({ video, task, way }: Row): string => JSON.stringify([video, task, way]);

/** The rows by video, task and way; a pair that is not the only one is none, because either could be meant. */
export function pairsOf(rows: readonly Row[]): ReadonlyMap<string, Row | "several"> {
  const pairs = new Map<string, Row | "several">();
  for (const row of rows) pairs.set(key(row), pairs.has(key(row)) ? "several" : row);
  return pairs;
}

/** The question about the other way with its answer in words: the row's own, or that of its pair in the dataset. */
export function oppositeOf(
  row: Row,
  pairs: ReadonlyMap<string, Row | "several">,
): { question: string; reference: string } | undefined {
  if (row.opposite !== undefined) return row.opposite;
  const pair = pairs.get(key({ ...row, way: row.way === "forward" ? "reverse" : "forward" }));
  if (pair === undefined || pair === "several") return undefined;
  const reference =
    pair.reference ??
    pair.options
      ?.find((option) => option[0] === pair.answer)
      ?.slice(2)
      .trim();
  return reference === undefined ? undefined : { question: pair.question, reference };
}
