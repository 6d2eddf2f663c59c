// Memory and threads of all processes that cut frames, with pictures of 3840 x 2160 and with many frames. Linux only.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { secondsOfStep, writeRows } from "./frames-step.mjs";
import { watched } from "./watched.mjs";

const LARGE = "testsrc2=size=3840x2160:rate=25:duration=";
const X264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p"];
const X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"];

/** Memory in MB, number of threads and seconds of each case. */
export async function measureMemory(ffmpeg, folder) {
  const make = async (name, args, copies = 1) => {
    const data = path.join(folder, name);
    fs.mkdirSync(data, { recursive: true });
    const file = path.join(data, "0.mp4");
    await execa(ffmpeg, ["-v", "error", "-y", ...args, file]);
    for (let number = 1; number < copies; number++) fs.copyFileSync(file, path.join(data, `${number}.mp4`));
    writeRows(
      data,
      Array.from({ length: copies }, (_, number) => `${number}.mp4`),
    );
    return file;
  };
  const drawn = (source) => ["-f", "lavfi", "-i", source];
  const h264 = await make("h264", [...drawn(`${LARGE}20`), ...X264], 2);
  await make("long", ["-stream_loop", "4", "-i", h264, "-c", "copy"]);
  await make("hevc", [...drawn(`${LARGE}8`), ...X265, "-pix_fmt", "yuv420p10le"], 2);
  await make("small", [...drawn("testsrc2=size=56x56:rate=25:duration=400"), ...X264]);
  const cases = [
    ["64 of 3840 x 2160, H.264, two films at once", "h264", "56x56", 64],
    ["64 of 3840 x 2160, HEVC of 10 bits, two at once", "hevc", "56x56", 64],
    ["64 of 3840 x 2160, kept at 3836 x 2156, two at once", "h264", "3836x2156", 64],
    ["64 of 3840 x 2160, H.264, sought by two decoders", "long", "56x56", 64],
    ["280 of 56 x 56", "small", "56x56", 280],
  ];
  const measured = [];
  for (const [what, name, size, frames] of cases) {
    const { peak, most, done } = await watched("reprise_trainer.frames", () =>
      secondsOfStep(folder, name, size, frames),
    );
    measured.push({ what, megabytes: peak / 1e3, threads: most, seconds: done });
  }
  return measured;
}
