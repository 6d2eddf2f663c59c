import path from "node:path";
import { readJsonLines } from "../../store/files.ts";
import { readQuestions } from "../questions-file.ts";
import { runTrainer } from "../run-trainer.ts";
import type { StepContext } from "../step.ts";
import { scoredRows, writePredictions, type Reply } from "./predictions.ts";

/** eval/mcq: a local model replies, in Python; its replies are read and scored here. */
export async function evaluateLocalModel(context: StepContext): Promise<Record<string, number>> {
  const rows = scoredRows(
    await readQuestions(context.inputs["dataset"]!),
    String(context.step.params["split"]),
  );
  const replies = path.join(context.work, "replies.jsonl");
  await runTrainer({ ...context, outputs: { replies } });
  const metrics = await writePredictions(rows, await readJsonLines<Reply>(replies), context.outputs);
  await context.events.write({ event: "metrics", step: rows.length, values: metrics });
  return metrics;
}
