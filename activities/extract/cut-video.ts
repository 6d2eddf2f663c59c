import { open } from "node:fs/promises";
import { ExecaError } from "execa";
import { digestOf } from "../../compiler/digest.ts";
import type { FramesExtractParams } from "../../schemas/generated/frames-extract.ts";
import { hashFile } from "../../store/files.ts";
import { chooseFrames } from "./choose-frames.ts";
import { cutFilmstrip, filmstripArguments, hasIndex, PATCH, shouldSeek } from "./filmstrip.ts";
import { presentationTimes } from "./packets.ts";
import { secondsOf, variesInRate } from "./timing.ts";

/** One line of frames.jsonl: which frames of a video stand in its strip. */
export interface FrameManifestLine {
  video: string;
  sha256: string;
  strip: string;
  index: number[];
  /** Presentation time of each frame, in seconds. */
  pts: number[];
  total: number;
  /** Whether the time between two frames varies. */
  variable_rate: boolean;
  rule: string;
  /** Size of one frame, in pixels. */
  width: number;
  height: number;
}

/** A video that can be cut: its frames' times and the indices of those that are taken. */
export interface Probed {
  times: number[];
  index: number[];
}

export interface Tool {
  ffmpeg: string;
  threads: number;
  params: Required<Omit<FramesExtractParams, "videos">>;
  signal: AbortSignal;
}

/** Looks at a video without decoding it. Throws with the reason why it cannot be used. */
export async function probe({ ffmpeg, params, signal }: Tool, file: string): Promise<Probed> {
  const times = await presentationTimes(ffmpeg, file, signal);
  return { times, index: chooseFrames(params.rule, times.length, params.frames, secondsOf(times)) };
}

/** Cuts a probed video into a strip at `output`; gives its line of the manifest. */
export async function cutVideo(
  { ffmpeg, params, threads, signal }: Tool,
  video: string,
  file: string,
  { times, index }: Probed,
  output: string,
): Promise<FrameManifestLine> {
  const args = filmstripArguments({
    video: file,
    times,
    indices: index,
    size: params.size,
    threads,
    seek: shouldSeek(await hasIndex(file), times.length, params.frames),
    output,
  });
  await cutFilmstrip(ffmpeg, args, signal);
  const size = await pngSize(output);
  const height = size.height / params.frames;
  if (size.width % PATCH || height % PATCH)
    throw new Error(`its frames are ${size.width}x${height}, and both sides must be multiples of ${PATCH}`);
  return {
    video,
    sha256: await hashFile(file),
    // Named by a hash: two videos may have the same name in two folders, or with two endings.
    strip: `strips/${digestOf(video).slice(0, 16)}.png`,
    index,
    pts: index.map((at) => Number(times[at]!.toFixed(6))),
    total: times.length,
    variable_rate: variesInRate(times),
    rule: params.rule,
    width: size.width,
    height,
  };
}

/** Why a video cannot be used, in ffmpeg's words or ours. */
export function reasonOf(error: unknown, file: string): string {
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
