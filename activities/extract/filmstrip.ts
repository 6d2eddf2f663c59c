import { open } from "node:fs/promises";
import { execa } from "execa";

/**
 * WIDTHxHEIGHT; `keep`; or a budget of pixels that keeps the picture's shape, as Qwen2-VL's processor does it: sides are
 * rounded to multiples of 28, made smaller where that is more than the most, larger where it is less than the least.
 */
export type FrameSize = string | { max_pixels: number; min_pixels?: number };

/** Pixels of two patches of the model, merged into one token: sides of frames are multiples of it. */
export const PATCH = 28;

// Python's round, of a side over the patch: halves go to the even neighbour.
const rounded = (side: string) =>
  `max(${PATCH},${PATCH}*if(eq(mod(${side},${PATCH}),${PATCH / 2}),2*floor((floor(${side}/${PATCH})+1)/2),round(${side}/${PATCH})))`;

/** A scale filter for a frame size. */
export function scaleFilter(size: FrameSize): string {
  // Bit-exact on every machine: ffmpeg's fast paths differ between processors.
  const flags = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact";
  if (size === "keep") return `scale=w=iw:h=ih:${flags}`;
  if (typeof size === "string") {
    const [width, height] = size.split("x");
    return `scale=w=${width}:h=${height}:${flags}`;
  }
  const { max_pixels: most, min_pixels: least = 0 } = size;
  const area = `${rounded("iw")}*${rounded("ih")}`;
  const smaller = (side: string) => `max(${PATCH},floor(${side}/sqrt(iw*ih/${most})/${PATCH})*${PATCH})`;
  const larger = (side: string) => `ceil(${side}*sqrt(${least}/(iw*ih))/${PATCH})*${PATCH}`;
  const side = (name: string) =>
    `if(gt(${area},${most}),${smaller(name)},if(lt(${area},${least}),${larger(name)},${rounded(name)}))`;
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
    // One picture: else a % in its path would be taken for a number's place.
    ...["-fflags", "+bitexact", "-f", "image2", "-update", "1", request.output],
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
