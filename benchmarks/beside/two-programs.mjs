// How frames/extract read videos at version 2: one ffmpeg lists the packets, a second one makes the strip.
import { execa } from "execa";

const FRAMES_PER_SEEK = 25;
const QUIET = ["-an", "-sn", "-dn"];

async function packetTimes(ffmpeg, video) {
  const args = ["-v", "error", "-i", video, "-map", "0:v:0", "-c", "copy", "-f", "framecrc", "-"];
  const { stdout } = await execa(ffmpeg, args);
  const [, ticks, seconds] = /^#tb 0: ([0-9]+)\/([0-9]+)$/m.exec(stdout);
  const packets = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return packets.map((line) => (Number(line.split(",")[2]) * ticks) / seconds).sort((a, b) => a - b);
}

/** Cuts eight frames of WIDTHxHEIGHT into a strip. */
export async function cutByTwoPrograms(ffmpeg, video, output, size, threads) {
  const times = await packetTimes(ffmpeg, video);
  const chosen = Array.from({ length: 8 }, (_, place) => Math.round((place * (times.length - 1)) / 7));
  const [width, height] = size.split("x");
  const framing = `scale=w=${width}:h=${height}:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24,setsar=1`;
  const bounded = ["-threads", String(threads)];
  const { inputs, graph } =
    times.length > FRAMES_PER_SEEK * 8
      ? {
          inputs: chosen.flatMap((index) => {
            const from = index === 0 ? 0 : (times[index - 1] + times[index]) / 2;
            const until = (times[index] + (times[index + 1] ?? times[index] + 1)) / 2;
            const span = ["-ss", from.toFixed(6), "-t", (until - from).toFixed(6)];
            return [...bounded, ...span, ...QUIET, "-i", video];
          }),
          graph: [
            ...chosen.map(
              (_, place) => `[${place}:v:0]trim=end_frame=1,setpts=PTS-STARTPTS,${framing}[f${place}]`,
            ),
            `${chosen.map((_, place) => `[f${place}]`).join("")}concat=n=8,tile=1x8[strip]`,
          ].join(";"),
        }
      : {
          inputs: [...bounded, ...QUIET, "-i", video],
          graph: `[0:v:0]select='${chosen.map((index) => `eq(n\\,${index})`).join("+")}',${framing},tile=1x8[strip]`,
        };
  const picture = ["-c:v", "png", "-compression_level", "1", "-pred", "none", "-f", "image2", "-update", "1"];
  await execa(ffmpeg, [
    ...["-v", "error", "-y", "-filter_complex_threads", String(threads), ...inputs],
    ...["-filter_complex", graph, "-map", "[strip]", "-frames:v", "1", ...picture, output],
  ]);
}
