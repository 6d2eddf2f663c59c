import { Api } from "../../asking/api/api.ts";
import { readQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";
import { askAboutFrames } from "../../asking/ask-about-frames.ts";
import { noteEqualOptions } from "../../asking/equal-options.ts";
import { scoredRows, writePredictions } from "../../asking/predictions.ts";

/** A model behind an API replies; its replies are read and scored as a local model's. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const { split, prompt } = context.step.params;
  const rows = scoredRows(await readQuestions(context.inputs["dataset"]!, ["video"]), String(split));
  await noteEqualOptions(context, rows);
  return Api.with(context, async (api) => {
    const replies = await askAboutFrames(context, api, rows, String(prompt));
    const took = await api.finish(context.outputs["cassette"]!);
    const metrics = { ...(await writePredictions(rows, replies, context)), ...took };
    await context.events.write({ event: "metrics", step: rows.length, values: metrics });
    return metrics;
  });
}
