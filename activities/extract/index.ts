import { copyFile, mkdir, open, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { ExecaError } from "execa";
import pLimit from "p-limit";
import type { FramesExtractParams } from "../../schemas/generated/frames-extract.ts";
import { digestOf } from "../../compiler/digest.ts";
import { hashFile } from "../../store/files.ts";
import { mediaFailure } from "../media-failure.ts";
import { openParts } from "../parts.ts";
import { StepFailure } from "../step-failure.ts";
import type { StepContext } from "../step.ts";
import { requireTool } from "../toolchain.ts";
import { chooseFrames } from "./choose-frames.ts";
import { cutFilmstrip, filmstripArguments, hasIndex, shouldSeek } from "./filmstrip.ts";
import { presentationTimes } from "./packets.ts";

/** One line of frames.jsonl: which frames of a video stand in its strip. */
export interface FrameManifestLine {
  video: string;
  sha256: string;
  strip: string;
  index: number[];
  /** Presentation time of each frame, in seconds. */
  pts: number[];
  total: number;
  rule: string;
  /** Size of one frame, in pixels. */
  width: number;
  height: number;
}

/** frames/extract: one filmstrip per video, with a manifest. Bad videos are told all at once. */
export async function extractFrames(context: StepContext): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Required<FramesExtractParams>;
  const [source, target] = [context.inputs["dataset"]!, context.outputs["dataset"]!];
  const ffmpeg = requireTool("ffmpeg");
  const videos = await videosOf(path.join(source, "questions.jsonl"));
  await mkdir(path.join(target, "strips"), { recursive: true });
  const parts = await openParts<FrameManifestLine>(context);

  const limit = pLimit(context.threads);
  // Many videos: one thread each. A single long one gets all of them.
  const threads = Math.max(1, Math.floor(context.threads / Math.max(1, videos.length)));
  const bad: string[] = [];
  let done = parts.size;
  const one = async (video: string) => {
    if (parts.get(video) !== undefined) return;
    context.signal.throwIfAborted();
    const file = path.join(source, video);
    const output = parts.aside(".png");
    try {
      const times = await presentationTimes(ffmpeg, file, context.signal);
      const index = chooseFrames(params.rule, times.length, params.frames);
      const args = filmstripArguments({
        video: file,
        times,
        indices: index,
        size: params.size,
        threads,
        seek: shouldSeek(await hasIndex(file), times.length, params.frames),
        output,
      });
      await cutFilmstrip(ffmpeg, args, context.signal);
      const size = await pngSize(output);
      await parts.add(video, output, {
        video,
        sha256: await hashFile(file),
        // Named by a hash: two videos may have the same name in two folders, or with two endings.
        strip: `strips/${digestOf(video).slice(0, 16)}.png`,
        index,
        pts: index.map((at) => Number(times[at]!.toFixed(6))),
        total: times.length,
        rule: params.rule,
        width: size.width,
        height: size.height / params.frames,
      });
    } catch (error) {
      context.signal.throwIfAborted();
      const other = mediaFailure(error);
      if (other !== null) throw other;
      bad.push(`${video}: ${reasonOf(error, file)}`);
    }
    await context.events.write({ event: "progress", done: ++done, total: videos.length, unit: "video" });
  };
  await Promise.all(videos.map((video) => limit(() => one(video))));
  if (bad.length > 0) {
    const list = bad
      .sort()
      .map((line) => `\n  ${line}`)
      .join("");
    throw new StepFailure("data", `${bad.length} of ${videos.length} videos cannot be used:${list}`);
  }
  const byVideo = videos.map((video) => parts.get(video)!);
  for (const { video, strip } of byVideo) await parts.give(video, path.join(target, strip));
  await writeFile(
    path.join(target, "frames.jsonl"),
    byVideo.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  await copyFile(path.join(source, "questions.jsonl"), path.join(target, "questions.jsonl"));
  return { videos: videos.length, frames: videos.length * params.frames };
}

async function videosOf(questions: string): Promise<string[]> {
  const text = await readFile(questions, "utf8").catch(() => {
    throw new StepFailure("data", "The dataset has no questions.jsonl.");
  });
  const names = text
    .split("\n")
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { video: string }).video);
  return [...new Set(names)].sort();
}

function reasonOf(error: unknown, file: string): string {
  if (!(error instanceof ExecaError)) return error instanceof Error ? error.message : String(error);
  const words = (error.stderr ?? "").trim().split("\n").at(-1);
  return (words || error.shortMessage).replaceAll(file, "the file").slice(0, 300);
}

/** Width and height from a PNG's header. */
async function pngSize(file: string): Promise<{ width: number; height: number }> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(24), 0, 24, 0);
    if (bytesRead < 24) throw new Error("ffmpeg wrote no picture");
    return { width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) };
  } finally {
    await handle.close();
  }
}
