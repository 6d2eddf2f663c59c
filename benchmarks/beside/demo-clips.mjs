// The clips of the demo's recipe.
import fs from "node:fs";
import path from "node:path";
import pLimit from "p-limit";
import { encode } from "../../dist/activities/data-synthesize/encode.js";
import { renderWalk } from "../../dist/activities/data-synthesize/render.js";
import { makeClips, SPLITS } from "../../dist/activities/data-synthesize/splits.js";

export const CLIPS = { pretrain: 800, sft: 105, grpo: 210, eval: 480 };
export const SIZE = 112;

/** Renders and encodes them below a folder, so many in one ffmpeg; gives their names. */
export async function encodeClips(ffmpeg, data, { together, threads }) {
  const clips = SPLITS.flatMap((split) => makeClips(split, CLIPS[split], 0));
  fs.mkdirSync(path.join(data, "videos"), { recursive: true });
  const limit = pLimit(threads);
  const encodeSome = (from) =>
    encode(
      clips.slice(from, from + together).map(({ video, walk, variableFrameRate }) => ({
        ...{ frames: renderWalk(walk, SIZE), variableFrameRate },
        output: path.join(data, video),
      })),
      { ffmpeg, size: SIZE, crf: 20 },
    );
  const starts = clips.map((_, number) => number).filter((number) => number % together === 0);
  await Promise.all(starts.map((from) => limit(encodeSome, from)));
  return clips.map(({ video }) => video);
}
