import { execa } from "execa";
import { hasAvx2 } from "../../host/avx2.ts";
import { FRAMES_PER_SECOND } from "./walk.ts";

// Presentation times that are no multiple of anything: what index / fps gets wrong.
const UNEVEN = "setpts='(N+0.45*mod(N*7\\,5)/5)/(12*TB)'";
const UNEVENLY = ["-vf", `settb=1/12000,${UNEVEN}`, "-fps_mode", "vfr", "-enc_time_base", "1/12000"];

// Bit-exact: the same frames must give the same file, whatever the date.
const BIT_EXACT = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"];

// After standard input, output and error.
const FIRST_PIPE = 3;

/**
 * With AVX-512 x264 gives other files, and not always the same: it decides by memory that it never wrote, in which a film may
 * find another's. Its code for AVX2 gives the same ones on every processor that has that.
 */
const alike = (): string[] => (hasAvx2() ? ["-x264-params", "asm=avx2"] : []);

/** A film that is to be encoded. */
export interface Film {
  /** Frames in rgb24. */
  frames: Iterable<Uint8Array>;
  variableFrameRate: boolean;
  /** Path of the H.264 mp4. */
  output: string;
}

interface Encoding {
  ffmpeg: string;
  size: number;
  crf: number;
  cwd?: string;
  signal?: AbortSignal;
}

/** Encodes films side by side in one ffmpeg: its start takes a third of what one film alone does. Throws what execa throws. */
export async function encode(films: readonly Film[], encoding: Encoding): Promise<void> {
  const { ffmpeg, size, crf, cwd, signal } = encoding;
  const picture = ["-pix_fmt", "rgb24", "-s", `${size}x${size}`, "-r", String(FRAMES_PER_SECOND)];
  const h264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", String(crf), "-pix_fmt", "yuv420p"];
  const inputs = films.flatMap((_, number) => [
    ...["-f", "rawvideo", ...picture],
    ...["-i", `pipe:${FIRST_PIPE + number}`],
  ]);
  const outputs = films.flatMap(({ variableFrameRate, output }, number) => [
    ...["-map", String(number)],
    ...(variableFrameRate ? UNEVENLY : []),
    ...h264,
    ...alike(),
    ...["-threads", "1", "-video_track_timescale", "12000"],
    ...BIT_EXACT,
    output,
  ]);
  const quietly = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-filter_threads", "1"];
  await execa(ffmpeg, [...quietly, ...inputs, ...outputs], {
    stdio: ["ignore", "ignore", "pipe", ...films.map(({ frames }) => frames)],
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
}
