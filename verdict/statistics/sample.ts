/** One sample's outcome under one model, from predictions.jsonl. */
export interface Prediction {
  id: string;
  video?: string;
  task: string;
  way?: string;
  /** Part of the benchmark. */
  part?: string;
  /** Number of options. */
  options: number;
  gold: string;
  reply: string;
  letter: string | null;
  /** The rule by which the letter was read. */
  rule: string | null;
  status: "correct" | "wrong" | "unparsed" | "filtered" | "refused" | "error";
  /** Whether the reply was cut at the limit of new tokens. */
  truncated: boolean;
  /** Why there is no reply. */
  error?: string;
}

/** One sample's score under one model: 1 for a right letter and 0 for any other reply, or a judge's; null without one. */
export interface Scored {
  id: string;
  video?: string;
  score: number | null;
}

/** What a verdict needs of a prediction, which may be a program's. */
export type Sample = Pick<Prediction, "id" | "status"> & { video?: string };

/** A prediction as a score: what is not right, whatever the reason, is wrong. */
export const asScored = ({ id, video, status }: Sample): Scored => ({
  id,
  ...(video === undefined ? {} : { video }),
  score: status === "correct" ? 1 : 0,
});

/** Whether two evaluations asked the same questions. */
export function sameSamples(first: readonly Scored[], second: readonly Scored[]): boolean {
  const ids = new Set(second.map(({ id }) => id));
  return first.length === ids.size && first.every(({ id }) => ids.has(id));
}

/** What a sample is not independent of: its video, where it has one. */
export const clusterOf = ({ id, video }: Pick<Scored, "id" | "video">): string =>
  video === undefined ? `sample ${id}` : `video ${video}`;
