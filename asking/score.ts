import { groupsOf } from "./groups.ts";
import { RULES } from "../data/reading/rules.ts";
import { clusterOf, type Prediction } from "../verdict/statistics/sample.ts";
import { shareInterval } from "../verdict/statistics/share.ts";

/**
 * Accuracy over all samples, with its interval over their videos: unparsed replies and errors stay in the denominator. Beside it what
 * guessing and the most frequent letter would reach. Throws without a sample.
 */
export function score(predictions: readonly Prediction[]): Record<string, number> {
  const total = predictions.length;
  if (total === 0) throw new Error("there is no sample to score");
  const count = (status: Prediction["status"]) => predictions.filter((one) => one.status === status).length;
  const [low, high] = shareInterval(
    predictions.map((one) => ({ cluster: clusterOf(one), hit: one.status === "correct" })),
  );
  const golds = new Map<string, number>();
  for (const { gold } of predictions) golds.set(gold, (golds.get(gold) ?? 0) + 1);
  return {
    samples: total,
    accuracy: count("correct") / total,
    accuracy_low: low,
    accuracy_high: high,
    chance: predictions.reduce((sum, { options }) => sum + (options === 0 ? 0 : 1 / options), 0) / total,
    majority: Math.max(...golds.values()) / total,
    correct: count("correct"),
    wrong: count("wrong"),
    unparsed: count("unparsed"),
    filtered: count("filtered"),
    refused: count("refused"),
    error: count("error"),
    truncated: predictions.filter(({ truncated }) => truncated).length,
    ...Object.fromEntries(
      RULES.map((rule) => [`read[${rule}]`, predictions.filter((one) => one.rule === rule).length]),
    ),
    ...Object.fromEntries(
      groupsOf(predictions).map(({ name, samples }) => [
        `accuracy[${name}]`,
        samples.filter(({ status }) => status === "correct").length / samples.length,
      ]),
    ),
  };
}
