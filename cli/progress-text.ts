import { showDuration } from "../core/show-duration.ts";
import { mainNumber } from "../core/main-number.ts";
import type { StepFollower, StepState } from "../runs/step-files.ts";

const duration = (seconds: number): string => showDuration(seconds, false);

function secondsOf({ outcome }: StepState): number | null {
  if (outcome?.started == null || outcome.ended == null) return null;
  return (Date.parse(outcome.ended) - Date.parse(outcome.started)) / 1000;
}

/** Where a step stands, in a few words. */
export function describe({ kind, state }: Pick<StepFollower, "kind" | "state">): string {
  const { outcome, progress, secondsLeft } = state;
  if (outcome !== null) {
    const took = secondsOf(state);
    return [outcome.status, took === null ? "" : `in ${duration(took)}`, mainNumber(kind, outcome.metrics)]
      .filter(Boolean)
      .join("  ");
  }
  if (progress === null) return state.message ?? "waiting";
  const left = secondsLeft === null ? "" : `${duration(secondsLeft)} left`;
  return [`${progress.done}/${progress.total} ${progress.unit}s`, mainNumber(kind, state.metrics), left]
    .filter(Boolean)
    .join("  ");
}
