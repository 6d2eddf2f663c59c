import { Api } from "../../asking/api/api.ts";
import { askAboutFrames } from "../../asking/ask-about-frames.ts";
import { openRows, writeReplies } from "../../asking/open-replies.ts";
import { readQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";

/** A model behind an API replies to open questions, for a judge. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const rows = openRows(
    await readQuestions(context.inputs["dataset"]!, ["video"]),
    String(context.step.params["split"]),
  );
  return Api.with(context, async (api) => {
    const replies = await askAboutFrames(context, api, rows, "plain");
    const took = await api.finish(context.outputs["cassette"]!);
    return { ...(await writeReplies(rows, replies, context.outputs["replies"]!)), ...took };
  });
}
