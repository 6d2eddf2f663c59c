import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { DataSynthesizeParams } from "./params.ts";
import { mediaFailure } from "../../programs/media-failure.ts";
import { workingFolder } from "../../programs/working-folder.ts";
import { openParts, type Parts } from "../../steps/parts.ts";
import { writeQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";
import { requireTool } from "../../host/toolchain.ts";
import { programEnvironment } from "../../programs/program-environment.ts";
import { MARK, markFor } from "../../store/step-processes.ts";
import { encode, type Film } from "./encode.ts";
import type { Question } from "./questions.ts";
import { renderWalk } from "./render.ts";
import { makeClips, makeQuestions, SPLITS, type Clip } from "./splits.ts";

/** data/synthesize: walks rendered as H.264 videos, with questions whose answers are known from the path. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Required<DataSynthesizeParams>;
  const folder = context.outputs["dataset"]!;
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
  await encodeAll(context, clips, parts);
  await parts.give(clips.map(({ video }) => ({ name: video, target: path.join(folder, video) })));
  await writeQuestions(folder, questions);
  return { videos: clips.length, questions: questions.length };
}

/** Renders and encodes the clips that are not done, by as many encoders side by side as the step has threads. */
async function encodeAll(context: StepContext, clips: readonly Clip[], parts: Parts<null>): Promise<void> {
  const { signal, threads, events } = context;
  const { size, crf } = context.step.params as unknown as Required<DataSynthesizeParams>;
  const waiting = clips.filter(({ video }) => parts.get(video) === undefined);
  let done = clips.length - waiting.length;
  const stop = new AbortController();
  const encoding = {
    ...{ python: requireTool("python"), size, crf, ...(await workingFolder(context)) },
    environment: { ...programEnvironment(context.withheld), [MARK]: markFor(context.fence.mark) },
    signal: AbortSignal.any([signal, stop.signal]),
  };
  const putAway = async (name: string, aside: string): Promise<void> => {
    await parts.add(name, aside, null);
    await events.write({ event: "progress", done: ++done, total: clips.length, unit: "video" });
  };
  // Each encoder takes the next clip when it comes to it.
  const queue = waiting.values();
  const encodeSome = async (): Promise<void> => {
    const names = new Map<string, string>();
    const films = function* (): Generator<Film> {
      for (const { video, walk, variableFrameRate } of queue) {
        const output = parts.aside(".mp4");
        names.set(output, video);
        yield { frames: renderWalk(walk, size), variableFrameRate, output };
      }
    };
    const puttingAway: Promise<void>[] = [];
    try {
      await encode(films(), encoding, (aside) => {
        const away = putAway(names.get(aside)!, aside);
        puttingAway.push(away);
        // It is waited for below.
        away.catch((error: unknown) => stop.abort(error));
      });
    } catch (error) {
      stop.abort(error);
    }
    await Promise.allSettled(puttingAway);
  };
  await Promise.all(Array.from({ length: Math.min(threads, waiting.length) }, encodeSome));
  signal.throwIfAborted();
  if (stop.signal.aborted) throw mediaFailure(stop.signal.reason, "The encoder") ?? stop.signal.reason;
}
