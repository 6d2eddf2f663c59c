import type { PlanStep } from "../../schemas/plan.ts";
import { defineKind } from "../../steps/kind.ts";

const ROWS_PER_CLIP: Record<string, number> = { sft: 6, grpo: 6, eval: 1 };

function synthesizedRows({ params }: PlanStep, split: string): number | undefined {
  const clips = (params["clips"] as Record<string, number>)[split];
  const perClip = split === "pretrain" ? Number(params["pretrain_rows_per_clip"]) : ROWS_PER_CLIP[split];
  return clips === undefined || perClip === undefined ? undefined : clips * perClip;
}

export const kind = defineKind(import.meta.url, {
  rows: synthesizedRows,
  perform: () => import("./perform.ts"),
});
