import { noteEqualOptions } from "../../asking/equal-options.ts";
import { localReplies } from "../../asking/local-replies.ts";
import { scoredRows, writePredictions } from "../../asking/predictions.ts";
import { readQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";

/** A local model replies, in Python; its replies are read and scored here. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const rows = scoredRows(
    await readQuestions(context.inputs["dataset"]!),
    String(context.step.params["split"]),
  );
  await noteEqualOptions(context, rows);
  const metrics = await writePredictions(rows, await localReplies(context), context);
  await context.events.write({ event: "metrics", step: rows.length, values: metrics });
  return metrics;
}
