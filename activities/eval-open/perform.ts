import { localReplies } from "../../asking/local-replies.ts";
import { openRows, writeReplies } from "../../asking/open-replies.ts";
import { readQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";

/** A local model's replies to open questions, for a judge. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const rows = openRows(
    await readQuestions(context.inputs["dataset"]!),
    String(context.step.params["split"]),
  );
  return writeReplies(rows, await localReplies(context), context.outputs["replies"]!);
}
