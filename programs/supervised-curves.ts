import type { Curve } from "../core/kind.ts";

/** What a report draws of a training on targets. */
export const SUPERVISED: readonly Curve[] = [
  { title: "Loss", metric: "loss", colour: "blue" },
  { title: "Mean token accuracy", metric: "mean_token_accuracy", colour: "green" },
];
