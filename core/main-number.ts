import { counted } from "../schemas/counted.ts";
import type { KindDefinition } from "./kind.ts";

type Metrics = Readonly<Record<string, number>>;

/** The number that a person watches while a step runs and reads when it is done; empty without one. */
export const mainNumber = (kind: KindDefinition | undefined, metrics: Metrics): string =>
  kind?.mainNumber?.(metrics) || usualNumber(metrics);

/** The numbers of a step at work, each from where it was first seen to where it is: `loss 4.120 → 0.310`. */
export function movingNumbers(kind: KindDefinition | undefined, first: Metrics, metrics: Metrics): string {
  const own = kind?.mainNumber?.(metrics);
  if (own) return own;
  const moving = ["loss", "reward", "accuracy"].flatMap((name) => {
    const [from, to] = [first[name], metrics[name]];
    if (to === undefined) return [];
    const show = name === "accuracy" ? showAccuracy : fixed;
    return [`${name} ${from === undefined || show(from) === show(to) ? "" : `${show(from)} → `}${show(to)}`];
  });
  return moving.join("  ") || usualNumber(metrics);
}

const fixed = (value: number): string => value.toFixed(3);

/** A share in percent; what is no share stays the number that it is. */
const showAccuracy = (value: number): string =>
  isShare(value) ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(4)));

const isShare = (value: number): boolean => value >= 0 && value <= 1;

/** What any kind may report. */
function usualNumber(metrics: Metrics): string {
  const { accuracy, accuracy_low: low, accuracy_high: high, reward, loss, frames, videos } = metrics;
  if (accuracy !== undefined) {
    const ends = low === undefined || high === undefined ? [] : [low, high];
    const shares = [accuracy, ...ends].every(isShare);
    const show = (value: number) =>
      shares ? (100 * value).toFixed(1) : String(Number(value.toPrecision(4)));
    const interval = ends.length === 0 ? "" : ` [${ends.map(show).join(", ")}]`;
    return `accuracy ${show(accuracy)}${shares ? " %" : ""}${interval}`;
  }
  if (reward !== undefined) return `reward ${fixed(reward)}`;
  if (loss !== undefined) return `loss ${fixed(loss)}`;
  if (frames !== undefined) return counted(frames, "frame");
  return videos === undefined ? "" : counted(videos, "video");
}
