import type { PlanStep } from "../../schemas/plan.ts";
import { defineKind } from "../../steps/kind.ts";

function rowsOfSide(
  { params, inputs }: PlanStep,
  split: string,
  back: (parameter: string) => number | undefined,
): number | undefined {
  if (split !== "train") return back("evaluation");
  if (Number(params["rows"]) > 0) return Number(params["rows"]);
  // Without rows of their own to evaluate, part of the training's are held out.
  return inputs["evaluation"] === undefined ? undefined : back("training");
}

export const kind = defineKind(import.meta.url, {
  rows: rowsOfSide,
  perform: () => import("./perform.ts"),
});
