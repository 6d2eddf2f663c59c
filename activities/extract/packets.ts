import { execa } from "execa";

/**
 * Presentation times of all frames of a video, in seconds, ascending, from the packets: nothing is decoded.
 * Index / fps is wrong as soon as the frame rate varies. Throws with ffmpeg's own words for what is no video.
 */
export async function presentationTimes(
  ffmpeg: string,
  video: string,
  signal?: AbortSignal,
): Promise<number[]> {
  const args = [
    "-hide_banner",
    "-loglevel",
    "error",
    "-i",
    video,
    "-map",
    "0:v:0",
    "-c",
    "copy",
    "-f",
    "framecrc",
    "-",
  ];
  const { stdout } = await execa(ffmpeg, args, {
    ...(signal ? { cancelSignal: signal } : {}),
    stdin: "ignore",
  });
  return parsePackets(stdout);
}

/** Reads ffmpeg's framecrc list: comment lines with the time base, then one line per packet in decoding order. */
export function parsePackets(text: string): number[] {
  const base = /^#tb 0: ([0-9]+)\/([0-9]+)$/m.exec(text);
  if (base === null) return [];
  const tick = Number(base[1]) / Number(base[2]);
  return (
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => Number(line.split(",")[2]) * tick)
      // Packets before time zero are cut off by an edit list and are never shown.
      .filter((time) => time >= 0)
      .sort((a, b) => a - b)
  );
}
