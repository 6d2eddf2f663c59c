import { mkdir } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import type { DataSynthesizeParams } from "./params.ts";
import { mediaFailure } from "../../programs/media-failure.ts";
import { workingFolder } from "../../programs/working-folder.ts";
import { openParts } from "../../steps/parts.ts";
import { writeQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";
import { requireTool } from "../../host/toolchain.ts";
import { inBatches } from "./batches.ts";
import { encode } from "./encode.ts";
import type { Question } from "./questions.ts";
import { renderWalk } from "./render.ts";
import { makeClips, makeQuestions, SPLITS, type Clip } from "./splits.ts";

/** data/synthesize: walks rendered as H.264 videos, with questions whose answers are known from the path. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const { signal, threads } = context;
  const params = context.step.params as unknown as Required<DataSynthesizeParams>;
  const folder = context.outputs["dataset"]!;
  const encoding = { ffmpeg: requireTool("ffmpeg"), size: params.size, crf: params.crf, signal };
  const where = await workingFolder(context);
  await mkdir(path.join(folder, "videos"), { recursive: true });
  const clips: Clip[] = [];
  const questions: Question[] = [];
  for (const split of SPLITS) {
    const made = makeClips(split, params.clips[split] ?? 0, params.seed);
    clips.push(...made);
    questions.push(
      ...makeQuestions(made, split, params.seed, {
        rowsPerClip: params.pretrain_rows_per_clip,
        reverseErrorRate: params.reverse_error_rate,
        taggedAnswerRate: params.tagged_answer_rate,
      }),
    );
  }
  const parts = await openParts<null>(context);
  const waiting = clips.filter(({ video }) => parts.get(video) === undefined);
  let done = clips.length - waiting.length;
  const limit = pLimit(threads);
  const encodeAside = async (batch: readonly Clip[]) => {
    signal.throwIfAborted();
    const films = batch.map(({ video, walk, variableFrameRate }) => ({
      ...{ video, variableFrameRate, output: parts.aside(".mp4") },
      frames: renderWalk(walk, params.size),
    }));
    await encode(films, { ...encoding, ...where }).catch((error: unknown) => {
      signal.throwIfAborted();
      limit.clearQueue();
      throw mediaFailure(error) ?? error;
    });
    return films.map(({ video: name, output: aside }) => ({ name, aside, data: null }));
  };
  await Promise.all(
    inBatches(waiting, params.size, threads).map(async (batch) => {
      // The next batch is encoded while this one is put away.
      const written = await limit(encodeAside, batch);
      await parts.addAll(written);
      done += batch.length;
      await context.events.write({ event: "progress", done, total: clips.length, unit: "video" });
    }),
  );
  await parts.give(clips.map(({ video }) => ({ name: video, target: path.join(folder, video) })));
  await writeQuestions(folder, questions);
  return { videos: clips.length, questions: questions.length };
}
