import { generationOf } from "./generation.ts";
import { rewardsThatAreAskedFor } from "./lint.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  called: ["grpo"],
  learns: { steps: { of: "prompt", generation: generationOf } },
  lint: [rewardsThatAreAskedFor],
  // Those of ST-R1's Figures 8 and 9, and what tells whether it is healthy.
  curves: [
    { title: "Completion length (tokens)", metric: "completions/mean_length", colour: "orange" },
    { title: "Mean accuracy reward", metric: "rewards/accuracy_reward/mean", colour: "green" },
    { title: "KL to the start", metric: "kl", colour: "purple" },
    { title: "Share of groups without variance", metric: "frac_reward_zero_std", colour: "blue" },
  ],
  preflight: true,
  trainer: true,
  perform: () => import("./perform.ts"),
});
