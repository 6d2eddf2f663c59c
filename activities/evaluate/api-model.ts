import { Api } from "../api/api.ts";
import { readQuestions } from "../questions-file.ts";
import type { StepContext } from "../step.ts";
import { askAboutFrames } from "./ask-about-frames.ts";
import { noteEqualOptions } from "./equal-options.ts";
import { openRows, writeReplies } from "./open-replies.ts";
import { scoredRows, writePredictions } from "./predictions.ts";

/** eval/mcq-api: a model behind an API replies; its replies are read and scored as a local model's. */
export async function evaluateApiModel(context: StepContext): Promise<Record<string, number>> {
  const { split, prompt } = context.step.params;
  const rows = scoredRows(await readQuestions(context.inputs["dataset"]!), String(split));
  await noteEqualOptions(context, rows);
  return Api.with(context, async (api) => {
    const replies = await askAboutFrames(context, api, rows, String(prompt));
    const took = await api.finish(context.outputs["cassette"]!);
    const metrics = { ...(await writePredictions(rows, replies, context)), ...took };
    await context.events.write({ event: "metrics", step: rows.length, values: metrics });
    return metrics;
  });
}

/** eval/open-api: its replies to open questions, for a judge. */
export async function askOpenQuestions(context: StepContext): Promise<Record<string, number>> {
  const rows = openRows(
    await readQuestions(context.inputs["dataset"]!),
    String(context.step.params["split"]),
  );
  return Api.with(context, async (api) => {
    const replies = await askAboutFrames(context, api, rows, "plain");
    const took = await api.finish(context.outputs["cassette"]!);
    return { ...(await writeReplies(rows, replies, context.outputs["replies"]!)), ...took };
  });
}
