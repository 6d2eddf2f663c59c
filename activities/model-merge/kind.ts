import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  called: ["merge"],
  turns: { from: "adapter", to: "model", says: "Merge it first" },
  preflight: true,
  mainNumber: ({ largest_logit_difference: largest }) =>
    largest === undefined ? "" : `logits differ by ${largest.toExponential(1)}`,
  trainer: true,
  perform: () => import("./perform.ts"),
});
