import path from "node:path";
import { runTrainer } from "../programs/run-trainer.ts";
import type { StepContext } from "../steps/context.ts";
import type { Reply } from "./predictions.ts";
import { readReplies } from "./replies-file.ts";

/** What a local model replies to the step's questions, in Python. */
export async function localReplies(context: StepContext): Promise<Reply[]> {
  const replies = path.join(context.work, "replies.jsonl");
  await runTrainer({ ...context, outputs: { replies } });
  return readReplies(replies);
}
