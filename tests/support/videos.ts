import { existsSync } from "node:fs";
import { execa } from "execa";
import { findToolchain } from "../../host/toolchain.ts";

export const ffmpeg = findToolchain().ffmpeg!;
if (!existsSync(ffmpeg)) throw new Error("ffmpeg is missing: run 'npm run setup'");

/** Writes a moving test picture with ffmpeg's own source. */
export async function makeVideo(
  file: string,
  { source = "testsrc2=size=128x96:rate=30:duration=4", args = [] as string[] } = {},
): Promise<void> {
  await execa(ffmpeg, [
    "-v",
    "error",
    "-y",
    "-f",
    "lavfi",
    "-i",
    source,
    "-c:v",
    "libx264",
    "-pix_fmt",
    "yuv420p",
    ...args,
    file,
  ]);
}

/** Presentation times of all frames that a full decode gives, in ticks of the video's clock. */
export async function timesOf(video: string): Promise<number[]> {
  const all = [
    "-v",
    "error",
    "-i",
    video,
    "-map",
    "0:v:0",
    "-fps_mode",
    "passthrough",
    "-enc_time_base",
    "demux",
  ];
  const { stdout } = await execa(ffmpeg, [...all, "-f", "framecrc", "-"]);
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => Number(line.split(",")[2]));
}
