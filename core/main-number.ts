import { counted } from "../schemas/counted.ts";
import type { KindDefinition } from "./kind.ts";

type Metrics = Readonly<Record<string, number>>;

/** The number that a person watches while a step runs and reads when it is done; empty without one. */
export const mainNumber = (kind: KindDefinition | undefined, metrics: Metrics): string =>
  kind?.mainNumber?.(metrics) || usualNumber(metrics);

/** What any kind may report. */
function usualNumber(metrics: Metrics): string {
  const { accuracy, accuracy_low: low, accuracy_high: high, reward, loss, frames, videos } = metrics;
  const percent = (share: number) => (100 * share).toFixed(1);
  if (accuracy !== undefined) {
    const interval = low === undefined || high === undefined ? "" : ` [${percent(low)}, ${percent(high)}]`;
    return `accuracy ${percent(accuracy)} %${interval}`;
  }
  if (reward !== undefined) return `reward ${reward.toFixed(3)}`;
  if (loss !== undefined) return `loss ${loss.toFixed(3)}`;
  if (frames !== undefined) return counted(frames, "frame");
  return videos === undefined ? "" : counted(videos, "video");
}
