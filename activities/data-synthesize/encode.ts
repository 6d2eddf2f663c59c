import { FRAMES_PER_SECOND } from "./walk.ts";

// Presentation times that are no multiple of anything: what index / fps gets wrong.
const UNEVEN = "setpts='(N+0.45*mod(N*7\\,5)/5)/(12*TB)'";

export interface VideoFormat {
  size: number;
  variableFrameRate: boolean;
  crf: number;
}

/** Arguments for ffmpeg: rgb24 frames on standard input, an H.264 mp4 at `output`. */
export function encodeArguments(format: VideoFormat, output: string): string[] {
  const { size, variableFrameRate, crf } = format;
  return [
    ...["-hide_banner", "-loglevel", "error", "-y"],
    ...[
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "-s",
      `${size}x${size}`,
      "-r",
      String(FRAMES_PER_SECOND),
      "-i",
      "-",
    ],
    ...(variableFrameRate
      ? ["-vf", `settb=1/12000,${UNEVEN}`, "-fps_mode", "vfr", "-enc_time_base", "1/12000"]
      : []),
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "veryfast",
      "-crf",
      String(crf),
      "-pix_fmt",
      "yuv420p",
      "-threads",
      "1",
    ],
    // Bit-exact: the same frames must give the same file, whatever the date.
    ...[
      "-video_track_timescale",
      "12000",
      "-fflags",
      "+bitexact",
      "-flags:v",
      "+bitexact",
      "-map_metadata",
      "-1",
    ],
    output,
  ];
}
