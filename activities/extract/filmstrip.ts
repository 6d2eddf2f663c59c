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

/**
 * Arguments that cut the frames `indices` of a video into one filmstrip, top to bottom, by seeking: one process with
 * one seeked input per frame. Each input starts half a frame early, so that rounding never skips the frame.
 */
export function filmstripArguments(request: {
  video: string;
  times: readonly number[];
  indices: readonly number[];
  size: FrameSize;
  threads: number;
  output: string;
}): string[] {
  const { video, times, indices, size, threads, output } = request;
  const inputs = indices.flatMap((index) => {
    const time = times[index]!;
    const from = index === 0 ? 0 : (times[index - 1]! + time) / 2;
    const until = (time + (times[index + 1] ?? time + 1)) / 2;
    return [
      "-threads",
      String(threads),
      "-ss",
      from.toFixed(6),
      "-t",
      (until - from).toFixed(6),
      "-an",
      "-sn",
      "-dn",
      "-i",
      video,
    ];
  });
  const frame = `trim=end_frame=1,setpts=PTS-STARTPTS,${scaleFilter(size)},format=rgb24,setsar=1`;
  const cut = indices.map((_, place) => `[${place}:v:0]${frame}[f${place}]`);
  const joined = `${indices.map((_, place) => `[f${place}]`).join("")}concat=n=${indices.length},tile=1x${indices.length}[strip]`;
  return [
    "-hide_banner",
    "-loglevel",
    "error",
    "-y",
    ...inputs,
    "-filter_complex",
    [...cut, joined].join(";"),
    "-map",
    "[strip]",
    "-frames:v",
    "1",
    "-c:v",
    "png",
    "-compression_level",
    "1",
    "-pred",
    "none",
    "-fflags",
    "+bitexact",
    "-f",
    "image2",
    output,
  ];
}

/** Cuts a filmstrip; throws with ffmpeg's own words. */
export async function cutFilmstrip(ffmpeg: string, args: string[], signal?: AbortSignal): Promise<void> {
  await execa(ffmpeg, args, { ...(signal ? { cancelSignal: signal } : {}), stdin: "ignore" });
}
