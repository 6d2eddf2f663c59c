import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import { readFrames } from "../data/frames/frames-file.ts";
import { mediaFailure } from "../programs/media-failure.ts";
import { hashFile } from "../store/files.ts";
import { StepFailure } from "../core/step-failure.ts";
import { requireTool } from "../host/toolchain.ts";

/** A video's filmstrip. */
export interface Strip {
  file: string;
  sha256: string;
  frames: number;
}

// Of files that are read at once.
const READERS = 8;

/**
 * The filmstrips of some videos of a dataset that frames/extract cut, by video. A video without frames, or other frames
 * than the recipe says, fail the step.
 */
export async function readStrips(
  dataset: string,
  videos: readonly string[],
  { frames, size }: { frames: number; size: string },
): Promise<Map<string, Strip>> {
  const lines = await readFrames(dataset);
  const other = lines.find(
    ({ index, width, height }) => index.length !== frames || `${width}x${height}` !== size,
  );
  if (other !== undefined)
    throw new StepFailure(
      "gate",
      `The frames of ${other.video} are ${other.index.length} of ${other.width}x${other.height}; the step sends ${frames} of ${size}. Cut them so with frames/extract, or set 'frames' and 'size'.`,
    );
  const files = new Map(lines.map(({ video, strip }) => [video, path.join(dataset, strip)]));
  const limit = pLimit(READERS);
  const strips = [...new Set(videos)].map(async (video): Promise<[string, Strip]> => {
    const file = files.get(video);
    if (file === undefined) throw new StepFailure("data", `The video ${video} has no frames.`);
    return [video, { file, sha256: await limit(() => hashFile(file)), frames }];
  });
  return new Map(await Promise.all(strips));
}

/** The frames of a filmstrip, top to bottom, as PNG data URLs. */
export async function frameImages(
  { file, frames }: Omit<Strip, "sha256">,
  work: string,
  signal: AbortSignal,
): Promise<string[]> {
  const folder = path.join(work, randomUUID());
  await mkdir(folder);
  try {
    const cut = [
      "-vf",
      `untile=1x${frames}`,
      "-c:v",
      "png",
      "-fflags",
      "+bitexact",
      "-f",
      "image2",
      "%d.png",
    ];
    // In the folder itself, and read as a stream: a % in a path would be taken for a number's place.
    const strip = ["-f", "png_pipe", "-i", file];
    await execa(requireTool("ffmpeg"), ["-hide_banner", "-loglevel", "error", ...strip, ...cut], {
      cwd: folder,
      stdin: "ignore",
      cancelSignal: signal,
    });
    return await Promise.all(
      Array.from({ length: frames }, async (_, index) => {
        const png = await readFile(path.join(folder, `${index + 1}.png`));
        return `data:image/png;base64,${png.toString("base64")}`;
      }),
    );
  } catch (error) {
    throw mediaFailure(error) ?? error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
