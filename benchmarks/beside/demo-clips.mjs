// The clips of the demo's recipe.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import { encode } from "../../dist/activities/data-synthesize/encode.js";
import { renderWalk } from "../../dist/activities/data-synthesize/render.js";
import { makeClips, SPLITS } from "../../dist/activities/data-synthesize/splits.js";

export const CLIPS = { pretrain: 800, sft: 105, grpo: 210, eval: 480 };
export const SIZE = 112;

function filmsIn(data) {
  fs.mkdirSync(path.join(data, "videos"), { recursive: true });
  return SPLITS.flatMap((split) => makeClips(split, CLIPS[split], 0)).map(
    ({ video, walk, variableFrameRate }) => ({
      ...{ video, variableFrameRate, output: path.join(data, video) },
      frames: renderWalk(walk, SIZE),
    }),
  );
}

/** Renders and encodes them below a folder; gives their names. */
export async function encodeClips(python, data, threads) {
  const films = filmsIn(data);
  const queue = films.values();
  const some = function* () {
    yield* queue;
  };
  await Promise.all(Array.from({ length: threads }, () => encode(some(), { python, size: SIZE, crf: 20 })));
  return films.map(({ video }) => video);
}

const UNEVENLY = [
  ...["-vf", "settb=1/12000,setpts='(N+0.45*mod(N*7\\,5)/5)/(12*TB)'"],
  ...["-fps_mode", "vfr", "-enc_time_base", "1/12000"],
];

/** The same by an ffmpeg for each. */
export async function encodeEach(ffmpeg, data, threads) {
  const films = filmsIn(data);
  const limit = pLimit(threads);
  const encodeOne = ({ frames, variableFrameRate, output }) =>
    execa(
      ffmpeg,
      [
        ...["-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${SIZE}x${SIZE}`, "-r", "12"],
        ...["-y", "-filter_threads", "1", "-i", "pipe:0", ...(variableFrameRate ? UNEVENLY : [])],
        ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-threads", "1"],
        ...["-x264-params", "asm=avx2", "-video_track_timescale", "12000"],
        ...["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", output],
      ],
      { stdin: frames },
    );
  await Promise.all(films.map((film) => limit(encodeOne, film)));
  return films.map(({ video }) => video);
}
