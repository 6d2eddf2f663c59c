import { readFrames } from "../data/frames/frames-file.ts";
import { readQuestions } from "../data/questions/questions-file.ts";
import { runTrainer } from "./run-trainer.ts";
import type { StepContext } from "../steps/context.ts";

/** A Python kind that learns from a dataset: its rows are checked here, as everywhere, before the program starts. */
export async function trainOnRows(context: StepContext): Promise<Record<string, number>> {
  const dataset = context.inputs["dataset"]!;
  await readQuestions(dataset);
  await readFrames(dataset);
  return runTrainer(context);
}
