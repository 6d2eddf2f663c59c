import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { execa } from "execa";
import { findToolchain } from "../../activities/toolchain.ts";

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

/** A digest of each frame that a full decode gives, after a filter. */
async function decodeAll(video: string, filter: string): Promise<string[]> {
  const all = ["-v", "error", "-i", video, "-map", "0:v:0", "-vf", filter, "-fps_mode", "passthrough"];
  const { stdout } = await execa(ffmpeg, [...all, "-f", "framehash", "-hash", "sha256", "-"]);
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => line.split(",").at(-1)!.trim());
}

/** Digests of the given frames' pixels after a full decode: what seeking must agree with. */
export async function decodeFully(
  video: string,
  indices: readonly number[],
  scale: string,
): Promise<string[]> {
  const all = await decodeAll(video, `${scale},format=rgb24,setsar=1`);
  return indices.map((index) => all[index]!);
}

/** Number of frames that a full decode gives. */
export const countFrames = async (video: string): Promise<number> => (await decodeAll(video, "null")).length;

/** Digests of the frames in a filmstrip, top to bottom. */
export async function framesOfStrip(strip: string, frames: number): Promise<string[]> {
  const { stdout } = await execa(
    ffmpeg,
    ["-v", "error", "-i", strip, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
    { encoding: "buffer" },
  );
  const bytes = stdout.byteLength / frames;
  return Array.from({ length: frames }, (_, index) =>
    createHash("sha256")
      .update(stdout.subarray(index * bytes, (index + 1) * bytes))
      .digest("hex"),
  );
}
