import { readFile } from "node:fs/promises";
import path from "node:path";
import type { FrameManifestLine } from "../../data/frames/manifest.ts";
import type { Sample } from "../../report/samples.ts";
import type { Question } from "../../schemas/generated/question.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { readJsonLines } from "../../store/files.ts";
import { predictionsIn } from "./predictions-in.ts";
import type { Store } from "../../store/store.ts";

const SAMPLES = 6;

/** A few questions, first those on which the evaluated models disagree, with the frames that they saw. */
export async function samplesOf(store: Store, record: RunRecord): Promise<Sample[]> {
  const evaluated = record.steps.filter(({ outputs }) => outputs["predictions"]?.type === "predictions");
  const dataset = evaluated[0]?.inputs["dataset"];
  if (dataset === undefined || typeof dataset === "string") return [];
  const replies = await Promise.all(
    evaluated.map(async ({ id, outputs }) => ({
      step: id,
      byId: new Map((await predictionsIn(store, outputs["predictions"]!)).map((line) => [line.id, line])),
    })),
  );
  const folder = await store.artifacts.get(dataset);
  const strips = new Map(
    (await readJsonLines<FrameManifestLine>(path.join(folder, "frames.jsonl"))).map((line) => [
      line.video,
      line,
    ]),
  );
  const asked = (await readJsonLines<Question>(path.join(folder, "questions.jsonl"))).filter(
    ({ id, video }) => replies[0]!.byId.has(id) && video !== undefined,
  );
  const disagree = ({ id }: Question) => new Set(replies.map(({ byId }) => byId.get(id)?.status)).size > 1;
  const [disagreed, others]: [Question[], Question[]] = [[], []];
  for (const question of asked) (disagree(question) ? disagreed : others).push(question);
  const chosen = [...disagreed, ...others].slice(0, SAMPLES);
  return Promise.all(
    chosen.map(async ({ id, video = "", question, options = [], answer }) => {
      const frames = strips.get(video)!;
      const picture = await readFile(path.join(folder, frames.strip));
      return {
        video,
        question,
        options,
        gold: answer!,
        strip: {
          uri: `data:image/png;base64,${picture.toString("base64")}`,
          frames: frames.index.length,
          width: frames.width,
          height: frames.height,
        },
        replies: replies.flatMap(({ step, byId }) => {
          const reply = byId.get(id);
          if (reply === undefined) return [];
          const { letter, status } = reply;
          return [
            { step, said: typeof letter === "string" ? letter : status, correct: status === "correct" },
          ];
        }),
      };
    }),
  );
}
