import { groupsOf } from "../../asking/groups.ts";
import type { Named } from "../../data/questions/names.ts";
import { clusterMean, clustersOf } from "../../verdict/statistics/clusters.ts";
import { clusterOf } from "../../verdict/statistics/sample.ts";
import { summarise } from "../../verdict/statistics/student.ts";
import type { Judgement } from "../../schemas/generated/judgement.ts";

const PARTS = ["direction", "landmarks", "logic"] as const;

/**
 * One reply, judged. An empty reply, and one that was refused or held back by a filter, is 0 in each part; one without a
 * judgement has no score at all.
 */
export interface JudgedReply extends Named {
  status: "scored" | "empty" | "filtered" | "refused" | "unscored";
  judgements: Judgement[];
  /** Mean of the three parts over the judgements, 0 to 5. */
  score: number | null;
  /** Why there is none. */
  reason?: string;
}

/** The mean of a judgement's three parts. */
export const scoreOf = (judgement: Judgement): number => mean(PARTS.map((part) => judgement[part]));

/** The metrics of a judge's work: over the replies that have a score. */
export function aggregate(replies: readonly JudgedReply[]): Record<string, number> {
  const scored = replies.filter(hasScore);
  const count = (status: JudgedReply["status"]) => replies.filter((reply) => reply.status === status).length;
  const asked = scored.filter(({ judgements }) => judgements.length > 0);
  const { mean: overall, interval } = clusterMean(
    clustersOf(scored.map((one) => ({ cluster: clusterOf(one), value: one.score }))),
  );
  return {
    samples: replies.length,
    scored: scored.length,
    unscored: count("unscored"),
    empty: count("empty"),
    filtered: count("filtered"),
    refused: count("refused"),
    coverage: scored.length / replies.length,
    score: overall,
    // Of a single video, or of equal scores, there is none.
    ...(interval === null
      ? {}
      : { score_low: Math.max(0, interval[0]), score_high: Math.min(5, interval[1]) }),
    score_times_20: overall * 20,
    ...partsOf(scored),
    spread: asked.length === 0 ? 0 : mean(asked.map(spreadOf)),
    disagreed: asked.length === 0 ? 0 : asked.filter(disagrees).length / asked.length,
    ...Object.fromEntries(
      groupsOf(scored).flatMap(({ name, by, samples }) => [
        [`score[${name}]`, mean(samples.map(({ score }) => score))],
        ...(by === "task"
          ? Object.entries(partsOf(samples)).map(([part, value]) => [`${part}[${name}]`, value])
          : []),
      ]),
    ),
  };
}

type Scored = JudgedReply & { score: number };

const hasScore = (reply: JudgedReply): reply is Scored => reply.score !== null;

const disagrees = ({ judgements }: JudgedReply): boolean =>
  new Set(judgements.map((judgement) => PARTS.map((part) => judgement[part]).join())).size > 1;

function partsOf(replies: readonly Scored[]): Record<(typeof PARTS)[number], number> {
  const meanOf = (part: (typeof PARTS)[number]) =>
    mean(
      replies.map(({ judgements }) =>
        judgements.length === 0 ? 0 : mean(judgements.map((judgement) => judgement[part])),
      ),
    );
  return { direction: meanOf("direction"), landmarks: meanOf("landmarks"), logic: meanOf("logic") };
}

/** Standard deviation of the score over the repeats; 0 of a single one. */
const spreadOf = ({ judgements }: JudgedReply): number => summarise(judgements.map(scoreOf)).sd ?? 0;

const mean = (values: readonly number[]): number => summarise(values).mean;
