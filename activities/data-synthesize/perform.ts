import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import type { DataSynthesizeParams } from "./params.ts";
import { mediaFailure } from "../../programs/media-failure.ts";
import { workingFolder } from "../../programs/working-folder.ts";
import { openParts } from "../../steps/parts.ts";
import { writeQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";
import { requireTool } from "../../host/toolchain.ts";
import { encodeArguments } from "./encode.ts";
import type { Question } from "./questions.ts";
import { renderWalk } from "./render.ts";
import { makeClips, makeQuestions, SPLITS, type Clip } from "./splits.ts";

/** data/synthesize: walks rendered as H.264 videos, with questions whose answers are known from the path. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Required<DataSynthesizeParams>;
  const folder = context.outputs["dataset"]!;
  const ffmpeg = requireTool("ffmpeg");
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
  const limit = pLimit(context.threads);
  const parts = await openParts<null>(context);
  let done = parts.size;
  await Promise.all(
    clips.map((clip) =>
      limit(async () => {
        if (parts.get(clip.video) !== undefined) return;
        context.signal.throwIfAborted();
        const aside = parts.aside(".mp4");
        const format = { size: params.size, crf: params.crf, variableFrameRate: clip.variableFrameRate };
        await execa(ffmpeg, encodeArguments(format, aside), {
          ...where,
          input: renderWalk(clip.walk, params.size),
          cancelSignal: context.signal,
        }).catch((error: unknown) => {
          context.signal.throwIfAborted();
          throw mediaFailure(error) ?? error;
        });
        await parts.add(clip.video, aside, null);
        await context.events.write({ event: "progress", done: ++done, total: clips.length, unit: "video" });
      }),
    ),
  );
  for (const { video } of clips) await parts.give(video, path.join(folder, video));
  await writeQuestions(folder, questions);
  return { videos: clips.length, questions: questions.length };
}
