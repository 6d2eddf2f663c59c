// frames/extract beside what it was (two ffmpeg programs for each clip) and beside PyAV's own seeking: many short clips, long
// films, and the memory that large frames take.
import os from "node:os";
import path from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import pLimit from "p-limit";
import { trainerFolder } from "../dist/core/package-root.js";
import { findToolchain } from "../dist/host/toolchain.js";
import { encodeClips } from "./beside/demo-clips.mjs";
import { measureMemory } from "./beside/frames-memory.mjs";
import { secondsOfStep, writeRows } from "./beside/frames-step.mjs";
import { down } from "./beside/step.mjs";
import { cutByTwoPrograms } from "./beside/two-programs.mjs";

const RUNS = 5;
const SIZE = "420x252";
const { ffmpeg, python } = findToolchain();
const threads = os.availableParallelism();
const PYTHON = { env: { PYTHONPATH: trainerFolder } };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const seconds = (value) => `${value.toFixed(2)} s`;
const table = (head) => new Table({ head, style: { head: [], border: [] } });

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** The demo's clips, with a question for each; gives their files. */
async function makeDemo(data) {
  const videos = await encodeClips(python, data, threads);
  writeRows(data, videos);
  return videos.map((video) => path.join(data, video));
}

async function shortClips(folder) {
  const files = await makeDemo(path.join(folder, "demo"));
  const rows = table(["way", "1,595 clips", "a clip"]);
  const show = (way, value) =>
    rows.push([way, seconds(value), `${((1000 * value) / files.length).toFixed(1)} ms`]);
  const steps = [];
  for (let round = 0; round < 3; round++) steps.push(await secondsOfStep(folder, "demo", "56x56"));
  show("frames/extract, the whole step", median(steps));
  const limit = pLimit(threads);
  const old = await timed(() =>
    Promise.all(
      files.map((file, number) =>
        limit(() => cutByTwoPrograms(ffmpeg, file, path.join(folder, `${number % 8}.png`), "56x56", 1)),
      ),
    ),
  );
  show("two ffmpeg programs for each clip", old);
  console.log(rows.toString());
  console.log(
    `${(old / median(steps)).toFixed(1)} times as fast; 24 frames of 112 x 112 each, 8 of 56 x 56 taken`,
  );
}

/** A minute of moving picture with noise, as x264 writes it for the web; five times in a row for the long film. */
async function makeFilms(minute, fiveMinutes, gop) {
  const source = "testsrc2=size=1280x720:rate=30:duration=60";
  const encoder = [
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-bf",
    "2",
    "-g",
    String(gop),
    "-pix_fmt",
    "yuv420p",
  ];
  const noise = ["-vf", "noise=alls=12:allf=t"];
  await execa(ffmpeg, ["-v", "error", "-y", "-f", "lavfi", "-i", source, ...noise, ...encoder, minute]);
  await execa(ffmpeg, ["-v", "error", "-y", "-stream_loop", "4", "-i", minute, "-c", "copy", fiveMinutes]);
}

async function longFilms(folder) {
  const rows = table([
    "film",
    "frames/extract",
    "PyAV's seek",
    "ratio",
    "two programs",
    "full decode",
    "equal to it",
  ]);
  const [minute, fiveMinutes] = [path.join(folder, "60.mp4"), path.join(folder, "300.mp4")];
  const script = path.join(import.meta.dirname, "frames_seek.py");
  for (const gop of [30, 250]) {
    await makeFilms(minute, fiveMinutes, gop);
    for (const [length, film] of [
      [60, minute],
      [300, fiveMinutes],
    ]) {
      const args = [script, film, folder, SIZE, String(threads), String(RUNS)];
      const { stdout } = await execa(python, args, PYTHON);
      const { ours, pyav, decode, equal, read } = JSON.parse(stdout);
      const old = [];
      for (let round = 0; round < 3; round++)
        old.push(
          await timed(() => cutByTwoPrograms(ffmpeg, film, path.join(folder, "old.png"), SIZE, threads)),
        );
      const [own, other] = [median(ours), median(pyav)];
      rows.push([
        `${length} s, GOP ${gop} (${read})`,
        ...[own, other].map(seconds),
        (own / other).toFixed(2),
        ...[median(old), decode].map(seconds),
        String(equal),
      ]);
    }
  }
  console.log(rows.toString());
  console.log(
    `720p at 30 frames a second, 8 frames of ${SIZE} into one PNG; medians of ${RUNS}, of 3 and of 1; all know the times of the packets first`,
  );
}

async function memory(folder) {
  const rows = table(["what", "memory, all processes", "threads", "step"]);
  for (const { what, megabytes, threads: most, seconds: step } of await measureMemory(ffmpeg, folder))
    rows.push([what, `${megabytes.toFixed(0)} MB`, most, seconds(step)]);
  console.log(rows.toString());
}

export async function bench(folder) {
  try {
    await shortClips(folder);
    await longFilms(folder);
    if (process.platform === "linux") await memory(folder);
  } finally {
    await down(folder);
  }
}
