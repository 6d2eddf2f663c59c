import { open } from "node:fs/promises";
import { execa } from "execa";

/** WIDTHxHEIGHT, or a budget of pixels that keeps the picture's shape. Sides are multiples of 28. */
export type FrameSize = string | { max_pixels: number };

const PATCH = 28;

/** A scale filter for a frame size. The budget's arithmetic is Qwen2-VL's: floor both sides to the patch size. */
export function scaleFilter(size: FrameSize): string {
  // Bit-exact on every machine: ffmpeg's fast paths differ between processors.
  const flags = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact";
  if (typeof size === "string") {
    const [width, height] = size.split("x");
    return `scale=w=${width}:h=${height}:${flags}`;
  }
  // Never enlarges: the budget is a ceiling.
  const factor = `min(1,sqrt(${size.max_pixels}/(iw*ih)))`;
  const side = (name: string) => `max(${PATCH},floor(${name}*${factor}/${PATCH})*${PATCH})`;
  return `scale=w='${side("iw")}':h='${side("ih")}':${flags}`;
}

export interface FilmstripRequest {
  video: string;
  /** Presentation times of all frames, ascending. */
  times: readonly number[];
  indices: readonly number[];
  size: FrameSize;
  threads: number;
  /** Seek to each frame, or decode the whole video in one pass. */
  seek: boolean;
  output: string;
}

/** ffmpeg's arguments for cutting the frames `indices` of a video into one filmstrip, top to bottom. */
export function filmstripArguments(request: FilmstripRequest): string[] {
  const { inputs, graph } = request.seek ? bySeeking(request) : byDecoding(request);
  return [
    ...[
      "-hide_banner",
      "-loglevel",
      "error",
      "-y",
      "-filter_complex_threads",
      String(request.threads),
      ...inputs,
    ],
    ...["-filter_complex", graph, "-map", "[strip]", "-frames:v", "1"],
    ...["-c:v", "png", "-compression_level", "1", "-pred", "none"],
    ...["-fflags", "+bitexact", "-f", "image2", request.output],
  ];
}

const QUIET = ["-an", "-sn", "-dn"];
const framing = (size: FrameSize) => `${scaleFilter(size)},format=rgb24,setsar=1`;

/** One seeked input per frame, in one process. Each starts half a frame early: rounding never skips the frame. */
function bySeeking({ video, times, indices, size, threads }: FilmstripRequest): {
  inputs: string[];
  graph: string;
} {
  const inputs = indices.flatMap((index) => {
    const time = times[index]!;
    const from = index === 0 ? 0 : (times[index - 1]! + time) / 2;
    const until = (time + (times[index + 1] ?? time + 1)) / 2;
    const span = ["-ss", from.toFixed(6), "-t", (until - from).toFixed(6)];
    return ["-threads", String(threads), ...span, ...QUIET, "-i", video];
  });
  const count = indices.length;
  const cut = indices.map(
    (_, place) => `[${place}:v:0]trim=end_frame=1,setpts=PTS-STARTPTS,${framing(size)}[f${place}]`,
  );
  const names = indices.map((_, place) => `[f${place}]`).join("");
  return { inputs, graph: [...cut, `${names}concat=n=${count},tile=1x${count}[strip]`].join(";") };
}

/** One pass over the whole video: right for every container, and faster for short ones. */
function byDecoding({ video, indices, size, threads }: FilmstripRequest): {
  inputs: string[];
  graph: string;
} {
  const chosen = indices.map((index) => `eq(n\\,${index})`).join("+");
  return {
    inputs: ["-threads", String(threads), ...QUIET, "-i", video],
    graph: `[0:v:0]select='${chosen}',${framing(size)},tile=1x${indices.length}[strip]`,
  };
}

// Opening the file once per frame costs as much as decoding about this many frames (measured at 112 and 720 lines).
const FRAMES_PER_SEEK = 25;

/** Whether seeking to `count` of `total` frames is right and pays. */
export const shouldSeek = (indexed: boolean, total: number, count: number): boolean =>
  indexed && total > FRAMES_PER_SEEK * count;

/**
 * Whether a file is MP4 or QuickTime (a box `ftyp`) or Matroska (EBML): containers whose index lists keyframes. In
 * others, such as MPEG-TS, ffmpeg may start between two keyframes and show broken pictures without an error.
 */
export async function hasIndex(video: string): Promise<boolean> {
  const handle = await open(video);
  try {
    const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.toString("latin1", 4, 8) === "ftyp" || buffer.readUInt32BE(0) === 0x1a45dfa3;
  } finally {
    await handle.close();
  }
}

/** Cuts a filmstrip; throws with ffmpeg's own words. */
export async function cutFilmstrip(ffmpeg: string, args: string[], signal?: AbortSignal): Promise<void> {
  await execa(ffmpeg, args, { ...(signal ? { cancelSignal: signal } : {}), stdin: "ignore" });
}
