import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import type { FramesExtractParams } from "../../schemas/generated/frames-extract.ts";
import { linesOf } from "../../store/files.ts";
import { mediaFailure } from "../media-failure.ts";
import { openParts } from "../parts.ts";
import { readQuestions, writeQuestions } from "../questions-file.ts";
import type { StepContext } from "../step.ts";
import { requireTool } from "../toolchain.ts";
import { cutVideo, probe, reasonOf, type FrameManifestLine, type Probed } from "./cut-video.ts";
import { findVideos } from "./find-videos.ts";
import { leaveOut, type Unusable } from "./unusable.ts";

/**
 * frames/extract: one filmstrip per video, with a manifest. All videos are found and looked at before the first one is
 * cut; bad ones are told all at once, with the questions that need them.
 */
export async function extractFrames(context: StepContext): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Required<FramesExtractParams>;
  const [source, target] = [context.inputs["dataset"]!, context.outputs["dataset"]!];
  const rows = await readQuestions(source);
  const videos = [...new Set(rows.map(({ video }) => video))].sort();
  await mkdir(path.join(target, "strips"), { recursive: true });
  const parts = await openParts<FrameManifestLine>(context);
  const limit = pLimit(context.threads);
  const tool = {
    ffmpeg: requireTool("ffmpeg"),
    // Many videos: one thread each. A single long one gets all of them.
    threads: Math.max(1, Math.floor(context.threads / Math.max(1, videos.length))),
    params,
    signal: context.signal,
  };
  const unusable = new Map<string, string>();
  const probed = new Map<string, { file: string; seen: Probed }>();
  const found = await findVideos(videos, source, context.inputs["videos"]);

  /** Runs on each video that is neither done nor unusable; what it throws makes the video unusable. */
  const onEach = (work: (video: string, file: string) => Promise<void>) =>
    Promise.all(
      videos.map((video) =>
        limit(async () => {
          const place = found.get(video)!;
          if (parts.get(video) !== undefined || unusable.has(video)) return;
          if ("missing" in place) return void unusable.set(video, place.missing);
          context.signal.throwIfAborted();
          try {
            await work(video, place.file);
          } catch (error) {
            context.signal.throwIfAborted();
            const other = mediaFailure(error);
            if (other !== null) throw other;
            unusable.set(video, reasonOf(error, place.file));
          }
        }),
      ),
    );
  const settle = (): Unusable[] => leaveOut(rows, unusable, params.allow_missing);

  await onEach(async (video, file) => void probed.set(video, { file, seen: await probe(tool, file) }));
  settle();
  let done = parts.size;
  await onEach(async (video, file) => {
    const aside = parts.aside(".png");
    await parts.add(video, aside, await cutVideo(tool, video, file, probed.get(video)!.seen, aside));
    await context.events.write({ event: "progress", done: ++done, total: videos.length, unit: "video" });
  });
  const left = settle();
  for (const { video, reason } of left)
    await context.events.write({ event: "message", text: `left out ${video}: ${reason}` });

  const cut = videos.flatMap((video) => parts.get(video) ?? []);
  for (const { video, strip } of cut) await parts.give(video, path.join(target, strip));
  await writeFile(path.join(target, "frames.jsonl"), linesOf(cut));
  await writeFile(path.join(target, "left-out.jsonl"), linesOf(left));
  await writeQuestions(
    target,
    rows.filter(({ video }) => !unusable.has(video)),
  );
  return {
    videos: cut.length,
    frames: cut.length * params.frames,
    variable_rate: cut.filter(({ variable_rate }) => variable_rate).length,
    missing: left.length,
  };
}
