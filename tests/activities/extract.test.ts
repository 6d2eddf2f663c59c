import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { chooseFrames } from "../../activities/extract/choose-frames.ts";
import {
  cutFilmstrip,
  filmstripArguments,
  hasIndex,
  scaleFilter,
  type FrameSize,
} from "../../activities/extract/filmstrip.ts";
import { parsePackets, presentationTimes } from "../../activities/extract/packets.ts";
import { variesInRate } from "../../activities/extract/timing.ts";
import { temporaryFolder } from "../support/folders.ts";
import { countFrames, decodeFully, ffmpeg, framesOfStrip, makeVideo } from "../support/videos.ts";

const folder = temporaryFolder();
const UNEVEN = [
  "-vf",
  "settb=1/12000,setpts='(N+0.45*mod(N*7\\,5)/5)/(12*TB)'",
  "-fps_mode",
  "vfr",
  "-enc_time_base",
  "1/12000",
  "-video_track_timescale",
  "12000",
];

const VIDEOS: [string, { source?: string; args?: string[] }, string?][] = [
  ["constant frame rate", {}],
  ["variable frame rate", { args: UNEVEN }],
  ["B-frames", { args: ["-bf", "4", "-b_strategy", "0"] }],
  ["variable frame rate with B-frames and long GOP", { args: [...UNEVEN, "-bf", "3", "-g", "250"] }],
  ["one keyframe for the whole video", { args: ["-g", "100000", "-sc_threshold", "0"] }],
  ["only keyframes", { args: ["-g", "1"] }],
  ["open GOPs", { args: ["-x264-params", "open-gop=1:keyint=20:bframes=3"] }],
  ["odd size", { source: "testsrc2=size=127x93:rate=25:duration=3", args: ["-pix_fmt", "yuv444p"] }],
  ["exactly eight frames", { source: "testsrc2=size=64x64:rate=8:duration=1" }],
  ["a start later than zero", { args: ["-output_ts_offset", "5"] }],
  ["Matroska, milliseconds only", { args: [] }, "mkv"],
  ["MPEG transport stream", { args: ["-g", "30"] }, "ts"],
];

async function cut(
  video: string,
  size: FrameSize = "56x56",
): Promise<{ strip: string[]; indices: number[]; times: number[] }> {
  const times = await presentationTimes(ffmpeg, video);
  expect(times).toHaveLength(await countFrames(video));
  const indices = chooseFrames("linspace-round", times.length, 8, 1);
  const output = `${video}.png`;
  await cutFilmstrip(
    ffmpeg,
    filmstripArguments({ video, times, indices, size, threads: 1, seek: await hasIndex(video), output }),
  );
  return { strip: await framesOfStrip(output, 8), indices, times };
}

describe("frames cut by seeking are those of a full decode", () => {
  test.each(VIDEOS)("%s", async (name, options, extension = "mp4") => {
    const video = path.join(folder, `${name}.${extension}`);
    await makeVideo(video, options);
    const { strip, indices, times } = await cut(video);
    expect(strip).toEqual(await decodeFully(video, indices, scaleFilter("56x56")));
    expect(new Set(strip).size).toBe(8);
    expect(variesInRate(times)).toBe(name.startsWith("variable"));
  });

  test("rotation metadata", async () => {
    const [plain, rotated] = [path.join(folder, "plain.mp4"), path.join(folder, "rotated.mp4")];
    await makeVideo(plain);
    const { execa } = await import("execa");
    await execa(ffmpeg, ["-v", "error", "-y", "-display_rotation", "90", "-i", plain, "-c", "copy", rotated]);
    const { strip, indices } = await cut(rotated, { max_pixels: 56 * 84 });
    expect(strip).toEqual(await decodeFully(rotated, indices, scaleFilter({ max_pixels: 56 * 84 })));
    expect(strip).not.toEqual((await cut(plain, { max_pixels: 56 * 84 })).strip);
  });

  test("a copy cut out of the middle, with an edit list", async () => {
    const [whole, part] = [path.join(folder, "whole.mp4"), path.join(folder, "part.mp4")];
    await makeVideo(whole, { args: ["-g", "50", "-bf", "2"] });
    const { execa } = await import("execa");
    await execa(ffmpeg, ["-v", "error", "-y", "-ss", "1.1", "-i", whole, "-c", "copy", part]);
    const { strip, indices } = await cut(part);
    expect(strip).toEqual(await decodeFully(part, indices, scaleFilter("56x56")));
  });
});

test("a container without an index is recognised", async () => {
  const [indexed, stream] = [path.join(folder, "a.mp4"), path.join(folder, "a.ts")];
  for (const video of [indexed, stream]) await makeVideo(video);
  expect([await hasIndex(indexed), await hasIndex(stream)]).toEqual([true, false]);
});

describe("what is no video", () => {
  test("fails with ffmpeg's words", async () => {
    const file = path.join(folder, "text.mp4");
    writeFileSync(file, "this is no video");
    await expect(presentationTimes(ffmpeg, file)).rejects.toThrow(/Invalid data|moov/);
  });

  test("too few frames are refused", () => {
    expect(() => chooseFrames("linspace-round", 7, 8, 1)).toThrow("it has 7 frames, 8 are needed");
  });
});

test("packets come in decoding order and are put into the order of presentation", () => {
  const text =
    "#tb 0: 1/1000\n#media_type 0: video\n0, -80, 0, 40, 100, 0x1\n0, -40, 120, 40, 90, 0x2\n0, 0, 40, 40, 80, 0x3\n0, 40, -40, 40, 80, 0x4\n";
  expect(parsePackets(text)).toEqual([0, 0.04, 0.12]);
});
