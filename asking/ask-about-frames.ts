import { digestOf } from "../core/digest.ts";
import type { Having } from "../data/questions/questions-file.ts";
import type { Api, Asking } from "./api/api.ts";
import { samplingOf, type Sampling } from "./api/server.ts";
import type { StepContext } from "../steps/context.ts";
import { frameImages, readStrips } from "./frame-images.ts";
import type { Reply } from "./predictions.ts";
import { promptText } from "./prompt.ts";

/** Asks a model behind an API each question, with its video's frames. Gives one reply for each, in their order. */
export async function askAboutFrames(
  context: StepContext,
  api: Api,
  rows: readonly Having<"video">[],
  prompt: string,
): Promise<Reply[]> {
  const params = context.step.params as unknown as Sampling & { frames: number; size: string };
  const videos = rows.map(({ video }) => video);
  const strips = await readStrips(context.inputs["dataset"]!, videos, params);
  const sampling = samplingOf(params);
  let done = 0;
  return Promise.all(
    rows.map(async (row): Promise<Reply> => {
      const strip = strips.get(row.video)!;
      const text = promptText(row, prompt);
      const asking: Asking = {
        id: row.id,
        request: digestOf({ ...sampling, text, frames: strip.sha256 }),
        ask: 0,
        body: async () => ({
          ...sampling,
          messages: [
            {
              role: "user",
              content: [
                ...(await frameImages(strip, context.work, context.signal)).map((url) => ({
                  type: "image_url" as const,
                  image_url: { url },
                })),
                { type: "text", text },
              ],
            },
          ],
        }),
      };
      const outcome = await api.ask(asking);
      await context.events.write({ event: "progress", done: ++done, total: rows.length, unit: "sample" });
      if ("error" in outcome) return { id: row.id, reply: "", truncated: false, error: outcome.error };
      const { reply, truncated, filtered, refused } = outcome;
      const declined = filtered === true ? "filtered" : refused ? "refused" : undefined;
      return { id: row.id, reply, truncated, ...(declined === undefined ? {} : { declined }) };
    }),
  );
}
