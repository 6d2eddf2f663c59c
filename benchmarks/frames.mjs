// Eight frames from long videos: ours (packet list, then seeking) against a full decode and against PyAV seeking.
import { createHash } from "node:crypto";
import os from "node:os";
import path from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import { chooseFrames } from "../dist/activities/extract/choose-frames.js";
import { cutFilmstrip, filmstripArguments, hasIndex } from "../dist/activities/extract/filmstrip.js";
import { presentationTimes } from "../dist/activities/extract/packets.js";
import { findToolchain } from "../dist/activities/toolchain.js";

const RUNS = 5;
const SIZE = "420x252";
const { ffmpeg, python } = findToolchain();
const threads = os.availableParallelism();

/** A minute of moving picture with noise, as x264 writes it for the web; five times in a row for the long video. */
async function makeVideos(minute, fiveMinutes, gop) {
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
  await execa(ffmpeg, [
    "-v",
    "error",
    "-y",
    "-f",
    "lavfi",
    "-i",
    source,
    "-vf",
    "noise=alls=12:allf=t",
    ...encoder,
    minute,
  ]);
  await execa(ffmpeg, ["-v", "error", "-y", "-stream_loop", "4", "-i", minute, "-c", "copy", fiveMinutes]);
}

async function ours(video, output, seek) {
  const times = await presentationTimes(ffmpeg, video);
  const indices = chooseFrames("linspace-round", times.length, 8);
  await cutFilmstrip(
    ffmpeg,
    filmstripArguments({
      video,
      times,
      indices,
      size: SIZE,
      threads,
      seek: seek && (await hasIndex(video)),
      output,
    }),
  );
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function pixels(strip) {
  const { stdout } = await execa(
    ffmpeg,
    ["-v", "error", "-i", strip, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
    { encoding: "buffer" },
  );
  return createHash("sha256").update(stdout).digest("hex");
}

/** PyAV in one process that stays open: its start is not counted. */
async function pyav(video, output) {
  const script = path.join(import.meta.dirname, "pyav_seek.py");
  const { stdout } = await execa(python, [script, video, output, SIZE, String(RUNS)]);
  return JSON.parse(stdout);
}

async function compare(folder, video) {
  const [a, b] = [path.join(folder, "ours.png"), path.join(folder, "decode.png")];
  await ours(video, a, true);
  const seeking = [];
  const decoding = [];
  for (let round = 0; round < RUNS; round++) {
    seeking.push(await timed(() => ours(video, a, true)));
    // A full decode is slow: fewer rounds say enough.
    if (round < 3) decoding.push(await timed(() => ours(video, b, false)));
  }
  const equal = (await pixels(a)) === (await pixels(b));
  return {
    own: median(seeking),
    full: median(decoding),
    other: median(await pyav(video, path.join(folder, "pyav.png"))),
    equal,
  };
}

export async function bench(folder) {
  const table = new Table({
    head: ["video", "ours", "full decode", "PyAV seek", "decode / ours", "ours / PyAV", "pixels equal"],
    style: { head: [], border: [] },
  });
  const [minute, fiveMinutes] = [path.join(folder, "60.mp4"), path.join(folder, "300.mp4")];
  for (const gop of [30, 250]) {
    await makeVideos(minute, fiveMinutes, gop);
    for (const [seconds, video] of [
      [60, minute],
      [300, fiveMinutes],
    ]) {
      const { own, full, other, equal } = await compare(folder, video);
      const times = [own, full, other].map((time) => `${time.toFixed(2)} s`);
      table.push([
        `${seconds} s, GOP ${gop}`,
        ...times,
        (full / own).toFixed(1),
        (own / other).toFixed(2),
        String(equal),
      ]);
    }
  }
  console.log(table.toString());
  console.log(
    `720p at 30 frames a second, 8 frames of ${SIZE} into one PNG, medians of ${RUNS} (full decode: 3); ours includes the packet list.`,
  );
}
