/** The number that a person watches while a step runs and reads when it is done. */
export function mainNumber(metrics: Record<string, number>): string {
  const { accuracy, accuracy_low: low, accuracy_high: high, reward, loss } = metrics;
  const percent = (share: number) => (100 * share).toFixed(1);
  if (accuracy !== undefined) {
    const interval = low === undefined || high === undefined ? "" : ` [${percent(low)}, ${percent(high)}]`;
    return `accuracy ${percent(accuracy)} %${interval}`;
  }
  if (metrics["score_times_20"] !== undefined)
    return `score ${metrics["score"]?.toFixed(2)} [${metrics["score_low"]?.toFixed(2)}, ${metrics["score_high"]?.toFixed(2)}] of 5`;
  if (metrics["empty"] !== undefined) return `${(metrics["samples"] ?? 0) - (metrics["error"] ?? 0)} replies`;
  if (reward !== undefined) return `reward ${reward.toFixed(3)}`;
  if (loss !== undefined) return `loss ${loss.toFixed(3)}`;
  if (metrics["largest_logit_difference"] !== undefined) {
    return `logits differ by ${metrics["largest_logit_difference"].toExponential(1)}`;
  }
  if (metrics["frames"] !== undefined) return `${metrics["frames"]} frames`;
  if (metrics["videos"] !== undefined) return `${metrics["videos"]} videos`;
  return "";
}
