import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { chooseFrames } from "../../activities/extract/choose-frames.ts";
import { scaleFilter } from "../../activities/extract/filmstrip.ts";
import { secondsOf, variesInRate } from "../../activities/extract/timing.ts";
import { temporaryFolder } from "../support/folders.ts";
import { ffmpeg } from "../support/videos.ts";

describe("linspace-round, and qwen-vl-utils with a number of frames", () => {
  test.each([
    [8, [0, 1, 2, 3, 4, 5, 6, 7]],
    [24, [0, 3, 7, 10, 13, 16, 20, 23]],
    [50, [0, 7, 14, 21, 28, 35, 42, 49]],
    [9000, [0, 1286, 2571, 3857, 5142, 6428, 7713, 8999]],
  ])("of %i", (total, indices) => {
    expect(chooseFrames("linspace-round", total, 8, 1)).toEqual(indices);
    expect(chooseFrames("qwen-vl-utils", total, 8, 1)).toEqual(indices);
  });

  test("halves go to the even neighbour, as in numpy and torch", () => {
    expect(chooseFrames("linspace-round", 4, 3, 1)).toEqual([0, 2, 3]);
    expect(chooseFrames("linspace-round", 6, 3, 1)).toEqual([0, 2, 5]);
  });
});

// Expected values: torch.linspace, round and long, run on the released code's arithmetic (torch 2.15).
describe("as-released: 2 frames a second first, then 8 of those", () => {
  test.each([
    [8, 8 / 25, [0, 0, 0, 2, 2, 5, 5, 7]],
    [24, 2, [0, 0, 0, 8, 8, 15, 15, 23]],
    [50, 2, [0, 0, 0, 16, 16, 33, 33, 49]],
    [300, 10, [0, 31, 79, 126, 157, 205, 252, 299]],
    [301, 301 / 30, [0, 32, 79, 126, 158, 205, 253, 300]],
    [9000, 300, [0, 1277, 2569, 3846, 5138, 6415, 7707, 8999]],
    [46000, 46000 / 30, [0, 6537, 13134, 19671, 26268, 32805, 39402, 45999]],
  ])("of %i frames in %f s", (total, seconds, indices) => {
    expect(chooseFrames("as-released", total, 8, seconds)).toEqual(indices);
  });
});

test("segment-centre takes the middle of each part", () => {
  expect(chooseFrames("segment-centre", 24, 8, 2)).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
  expect(chooseFrames("segment-centre", 301, 8, 10)).toEqual([18, 56, 94, 131, 169, 206, 244, 282]);
});

test("a video's length and an uneven rate are read from its frames' times", () => {
  const even = Array.from({ length: 50 }, (_, i) => i / 25);
  expect(secondsOf(even)).toBeCloseTo(2, 9);
  expect(variesInRate(even)).toBe(false);
  // Matroska rounds to milliseconds.
  expect(variesInRate(even.map((time) => Math.round((time * 3000) / 3) / 1000))).toBe(false);
  expect(variesInRate([0, 0.04, 0.08, 0.5, 0.54])).toBe(true);
});

// Expected values: smart_resize of transformers 5.23's Qwen2-VL processor, with a factor of 28.
describe("a budget of pixels is that of Qwen2-VL's processor", () => {
  const folder = temporaryFolder();
  test.each([
    ["640x480", "448x336", "448x336"],
    ["1280x720", "504x280", "504x280"],
    ["1408x1408", "392x392", "392x392"],
    ["1246x700", "504x280", "504x280"],
    ["360x420", "364x420", "364x420"],
    ["126x98", "112x112", "364x280"],
    ["320x240", "308x252", "392x280"],
    ["64x64", "56x56", "336x336"],
  ])("%s", async (source, atMost, between) => {
    const sizes = [{ max_pixels: 153_664 }, { max_pixels: 153_664, min_pixels: 100_352 }];
    const made = sizes.map(async (size, index) => {
      const file = path.join(folder, `${source}-${index}.ppm`);
      const input = ["-f", "lavfi", "-i", `color=size=${source}:rate=1:duration=1`];
      const one = ["-frames:v", "1", "-update", "1", file];
      await execa(ffmpeg, ["-v", "error", "-y", ...input, "-vf", scaleFilter(size), ...one]);
      const { stdout } = await execa("head", ["-c", "15", file]);
      return stdout.split("\n")[1]!.replace(" ", "x");
    });
    expect(await Promise.all(made)).toEqual([atMost, between]);
  });
});
