import { defineKind } from "../../steps/kind.ts";

function judgedScore(metrics: Readonly<Record<string, number>>): string {
  const { score, score_low: low, score_high: high } = metrics;
  if (score === undefined) return "";
  const interval = low === undefined || high === undefined ? "" : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `score ${score.toFixed(2)}${interval} of 5`;
}

export const kind = defineKind(import.meta.url, {
  evaluates: true,
  mainNumber: judgedScore,
  report: () => import("./section.ts"),
  perform: () => import("./perform.ts"),
});
