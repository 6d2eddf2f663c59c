import { showDuration } from "../../core/show-duration.ts";
import type { CommitPlan, Problem, RunVerdict } from "../../schemas/gitops.ts";

/** `1 mistake`, `2 mistakes`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** What a plan would do, in few words: `1 to run, 2 to resume, 5 to reuse`. */
export function actionsOf({ steps }: CommitPlan): string {
  const parts = (["run", "resume", "reuse"] as const)
    .map((action) => [action, steps.filter((step) => step.action === action).length] as const)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} to ${action}`);
  return parts.length === 0 ? "no steps" : parts.join(", ");
}

/** What it would take, from earlier runs: `0.4 GPU hours, 12m`; null where nothing is known, or nothing is to be done. */
export function priceOf({ gpuHours, seconds }: CommitPlan): string | null {
  const parts = [
    ...(gpuHours === null || gpuHours === 0 ? [] : [`${hours(gpuHours)} GPU hours`]),
    ...(seconds === null || seconds === 0 ? [] : [showDuration(seconds, false)]),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}

/** Hours with two digits that count; what is next to nothing is said to be so. */
export const hours = (value: number): string =>
  value > 0 && value < 0.01 ? "under 0.01" : String(Number(value.toPrecision(2)));

export const number = (value: number): string => String(Number(value.toPrecision(4)));

/** Claims that count and are reproduced, of those that count: `2 of 3 claims reproduced`. */
export function claimsOf({ claims }: RunVerdict): string {
  const counting = claims.filter(({ counts }) => counts);
  const held = counting.filter(({ outcome }) => outcome === "REPRODUCED");
  return `${held.length} of ${counted(counting.length, "claim")} reproduced`;
}

/** A mistake with its place, in one line. */
export const problemLine = ({ code, severity, file, line, column, message }: Problem): string =>
  `${file}:${line}:${column} ${severity} ${code} ${message}`;
