import path from "node:path";
import { readQuestions } from "../questions-file.ts";
import { runTrainer } from "../run-trainer.ts";
import type { StepContext } from "../step.ts";
import { noteEqualOptions } from "./equal-options.ts";
import { openRows, writeReplies } from "./open-replies.ts";
import { scoredRows, writePredictions, type Reply } from "./predictions.ts";
import { readReplies } from "./replies-file.ts";

/** eval/open: a local model's replies to open questions, for a judge. */
export async function askLocalModel(context: StepContext): Promise<Record<string, number>> {
  const rows = openRows(
    await readQuestions(context.inputs["dataset"]!),
    String(context.step.params["split"]),
  );
  return writeReplies(rows, await repliesOf(context), context.outputs["replies"]!);
}

/** eval/mcq: a local model replies, in Python; its replies are read and scored here. */
export async function evaluateLocalModel(context: StepContext): Promise<Record<string, number>> {
  const rows = scoredRows(
    await readQuestions(context.inputs["dataset"]!),
    String(context.step.params["split"]),
  );
  await noteEqualOptions(context, rows);
  const metrics = await writePredictions(rows, await repliesOf(context), context);
  await context.events.write({ event: "metrics", step: rows.length, values: metrics });
  return metrics;
}

async function repliesOf(context: StepContext): Promise<Reply[]> {
  const replies = path.join(context.work, "replies.jsonl");
  await runTrainer({ ...context, outputs: { replies } });
  return readReplies(replies);
}
