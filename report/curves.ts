import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import type { StepKind } from "../schemas/kinds.ts";
import type { Point } from "./charts.ts";

interface Curve {
  title: string;
  key: string;
  colour: string;
}

const BLUE = "#2f6fde";
const GREEN = "#1c8a5a";
const ORANGE = "#c2620e";
const PURPLE = "#7a4fc9";

const SUPERVISED: Curve[] = [
  { title: "Loss", key: "loss", colour: BLUE },
  { title: "Mean token accuracy", key: "mean_token_accuracy", colour: GREEN },
];

/** The curves of a kind: those of the paper's Figures 8 and 9, and what tells whether GRPO is healthy. */
const CURVES: Partial<Record<StepKind, Curve[]>> = {
  "model/tiny": SUPERVISED,
  "train/sft": SUPERVISED,
  "train/grpo": [
    { title: "Completion length (tokens)", key: "completions/mean_length", colour: ORANGE },
    { title: "Mean accuracy reward", key: "rewards/accuracy_reward/mean", colour: GREEN },
    { title: "KL to the start", key: "kl", colour: PURPLE },
    { title: "Share of groups without variance", key: "frac_reward_zero_std", colour: BLUE },
  ],
};

/** The points of each curve of a step. After a restart a step may be logged twice: the last one counts. */
export function curvesOf(
  kind: string,
  events: readonly TrainerEvent[],
): { title: string; colour: string; points: Point[] }[] {
  return (CURVES[kind as StepKind] ?? []).map(({ title, key, colour }) => {
    const points = new Map<number, number>();
    for (const event of events) {
      const value = event.event === "metrics" ? event.values[key] : undefined;
      if (event.event === "metrics" && value !== undefined) points.set(event.step, value);
    }
    const sorted = [...points].sort(([a], [b]) => a - b).map(([step, value]) => ({ step, value }));
    return { title, colour, points: sorted };
  });
}
