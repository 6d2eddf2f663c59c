import path from "node:path";
import { showDuration } from "../core/show-duration.ts";
import { mainNumber, movingNumbers } from "../core/main-number.ts";
import { counted } from "../schemas/counted.ts";
import type { StepFollower, StepState } from "../runs/step-files.ts";

const duration = (seconds: number): string => showDuration(seconds, false);

function secondsOf({ outcome }: StepState): number | null {
  if (outcome?.started == null || outcome.ended == null) return null;
  return (Date.parse(outcome.ended) - Date.parse(outcome.started)) / 1000;
}

/** `3/8 steps`, `1/1 step`. */
export const showProgress = ({ done, total, unit }: NonNullable<StepState["progress"]>): string =>
  `${done}/${counted(total, unit)}`;

/** Where a step stands, in a few words. */
export function describe({
  kind,
  state,
  hasBegun,
}: Pick<StepFollower, "kind" | "state" | "hasBegun">): string {
  const { outcome, progress, secondsLeft } = state;
  if (outcome !== null) {
    const took = secondsOf(state);
    return [
      outcome.status,
      took === null ? "" : `in ${duration(took)}`,
      mainNumber(kind, outcome.metrics),
      state.files.map((file) => path.basename(file)).join(", "),
    ]
      .filter(Boolean)
      .join("  ");
  }
  const numbers = movingNumbers(kind, state.first, state.metrics);
  if (progress === null)
    return [state.message ?? (hasBegun ? "running" : "waiting"), numbers].filter(Boolean).join("  ");
  const left = secondsLeft === null ? "" : `${duration(secondsLeft)} left`;
  return [showProgress(progress), numbers, left].filter(Boolean).join("  ");
}
