import { counted } from "../schemas/counted.ts";
/** The number that a person watches while a step runs and reads when it is done. */
export function mainNumber(metrics: Record<string, number>): string {
  const { accuracy, accuracy_low: low, accuracy_high: high, reward, loss } = metrics;
  const percent = (share: number) => (100 * share).toFixed(1);
  if (accuracy !== undefined) {
    const interval = low === undefined || high === undefined ? "" : ` [${percent(low)}, ${percent(high)}]`;
    return `accuracy ${percent(accuracy)} %${interval}`;
  }
  const { score, score_low: from, score_high: to } = metrics;
  if (score !== undefined && metrics["score_times_20"] !== undefined) {
    const interval = from === undefined || to === undefined ? "" : ` [${from.toFixed(2)}, ${to.toFixed(2)}]`;
    return `score ${score.toFixed(2)}${interval} of 5`;
  }
  if (metrics["empty"] !== undefined)
    return counted((metrics["samples"] ?? 0) - (metrics["error"] ?? 0), "reply");
  if (reward !== undefined) return `reward ${reward.toFixed(3)}`;
  if (loss !== undefined) return `loss ${loss.toFixed(3)}`;
  if (metrics["largest_logit_difference"] !== undefined) {
    return `logits differ by ${metrics["largest_logit_difference"].toExponential(1)}`;
  }
  if (metrics["frames"] !== undefined) return counted(metrics["frames"], "frame");
  if (metrics["videos"] !== undefined) return counted(metrics["videos"], "video");
  return "";
}
