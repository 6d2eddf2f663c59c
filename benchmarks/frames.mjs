// frames/extract beside what it was (two ffmpeg programs for each clip) and beside PyAV's own seeking: many short clips, long
// films, and the memory that large frames take.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import pLimit from "p-limit";
import { encodeArguments } from "../dist/activities/synthesize/encode.js";
import { renderWalk } from "../dist/activities/synthesize/render.js";
import { makeClips, SPLITS } from "../dist/activities/synthesize/splits.js";
import { findToolchain, trainerFolder } from "../dist/activities/toolchain.js";
import { cutByTwoPrograms } from "./beside/two-programs.mjs";

const RUNS = 5;
const SIZE = "420x252";
// The demo's.
const CLIPS = { pretrain: 800, sft: 105, grpo: 210, eval: 480 };
const cli = path.join(path.dirname(import.meta.dirname), "dist", "cli", "main.js");
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
  const clips = SPLITS.flatMap((split) => makeClips(split, CLIPS[split], 0));
  fs.mkdirSync(path.join(data, "videos"), { recursive: true });
  const limit = pLimit(threads);
  const format = { size: 112, crf: 20 };
  await Promise.all(
    clips.map(({ video, walk, variableFrameRate }) =>
      limit(() =>
        execa(ffmpeg, encodeArguments({ ...format, variableFrameRate }, path.join(data, video)), {
          input: renderWalk(walk, 112),
        }),
      ),
    ),
  );
  const row = { split: "eval", task: "t", way: "forward", question: "Which?", options: [], answer: null };
  const rows = clips.map(({ video }, number) => ({ id: `q${number}`, video, targets: {}, ...row }));
  fs.writeFileSync(
    path.join(data, "questions.jsonl"),
    rows.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
  return clips.map(({ video }) => path.join(data, video));
}

/** Seconds of the step, through the command, on a store of its own. */
async function byStep(folder, name, size, frames = 8) {
  const recipe = `recipe: 1\nname: bench\ninputs: { d: { type: dataset, path: ${name} } }\nsteps:\n  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.d }}", frames: ${frames}, size: ${size} } }\n`;
  fs.writeFileSync(path.join(folder, "bench.yaml"), recipe);
  for (const part of ["steps", "artifacts"])
    fs.rmSync(path.join(folder, ".reprise", part), { recursive: true, force: true });
  const { stdout } = await execa(process.execPath, [cli, "run", "bench.yaml", "--json"], { cwd: folder });
  const [{ started, ended }] = JSON.parse(stdout).steps;
  return (Date.parse(ended) - Date.parse(started)) / 1000;
}

async function shortClips(folder) {
  const files = await makeDemo(path.join(folder, "demo"));
  const rows = table(["way", "1,595 clips", "a clip"]);
  const show = (way, value) =>
    rows.push([way, seconds(value), `${((1000 * value) / files.length).toFixed(1)} ms`]);
  const steps = [];
  for (let round = 0; round < 3; round++) steps.push(await byStep(folder, "demo", "56x56"));
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

/** Peak memory and most threads of all processes of the cutter while a step runs. Linux only. */
async function watched(work) {
  let [peak, most] = [0, 0];
  const over = new AbortController();
  const look = async () => {
    while (!over.signal.aborted) {
      const seen = fs.readdirSync("/proc").flatMap((pid) => {
        try {
          if (!fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("reprise_trainer.frames")) return [];
          const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
          return [
            [/VmRSS:\s+(\d+)/, /Threads:\s+(\d+)/].map((field) => Number(field.exec(status)?.[1] ?? 0)),
          ];
        } catch {
          return [];
        }
      });
      peak = Math.max(
        peak,
        seen.reduce((sum, [kilobytes]) => sum + kilobytes, 0),
      );
      most = Math.max(
        most,
        seen.reduce((sum, [, count]) => sum + count, 0),
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const looking = look();
  const done = await work();
  over.abort();
  await looking;
  return { peak: peak / 1e6, most, done };
}

async function memory(folder) {
  const rows = table(["what", "memory, all processes", "threads", "step"]);
  const rowsOf = (videos) =>
    videos.map((video, number) =>
      JSON.stringify({
        id: `m${number}`,
        video,
        split: "e",
        task: "t",
        way: "forward",
        question: "?",
        options: [],
        answer: null,
        targets: {},
      }),
    );
  const make = async (name, source, codec, copies) => {
    const data = path.join(folder, name);
    fs.mkdirSync(data, { recursive: true });
    await execa(ffmpeg, [
      "-v",
      "error",
      "-y",
      "-f",
      "lavfi",
      "-i",
      source,
      ...codec,
      path.join(data, "0.mp4"),
    ]);
    for (let number = 1; number < copies; number++)
      fs.copyFileSync(path.join(data, "0.mp4"), path.join(data, `${number}.mp4`));
    const videos = Array.from({ length: copies }, (_, number) => `${number}.mp4`);
    fs.writeFileSync(path.join(data, "questions.jsonl"), `${rowsOf(videos).join("\n")}\n`);
  };
  const large = "testsrc2=size=3840x2160:rate=25:duration=20";
  const x264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p"];
  const x265 = [
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-x265-params",
    "log-level=error",
    "-pix_fmt",
    "yuv420p10le",
  ];
  await make("h264", large, x264, 2);
  await make("hevc", large.replace("20", "8"), x265, 2);
  await make("small", "testsrc2=size=56x56:rate=25:duration=400", x264, 1);
  for (const [what, name, size, frames] of [
    ["64 of 3840 x 2160, H.264, two films at once", "h264", "56x56", 64],
    ["64 of 3840 x 2160, HEVC of 10 bits, two at once", "hevc", "56x56", 64],
    ["64 of 3840 x 2160, kept at 3836 x 2156", "h264", "3836x2156", 64],
    ["280 of 56 x 56", "small", "56x56", 280],
  ]) {
    const { peak, most, done } = await watched(() => byStep(folder, name, size, frames));
    rows.push([what, `${(1000 * peak).toFixed(0)} MB`, most, seconds(done)]);
  }
  console.log(rows.toString());
}

export async function bench(folder) {
  try {
    await shortClips(folder);
    await longFilms(folder);
    if (process.platform === "linux") await memory(folder);
  } finally {
    await execa(process.execPath, [cli, "down"], { cwd: folder, reject: false });
  }
}
