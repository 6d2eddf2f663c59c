import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { frameImages, readStrips } from "../../asking/frame-images.ts";
import { promptText } from "../../asking/prompt.ts";
import { temporaryFolder } from "../support/folders.ts";
import { ffmpeg } from "../support/videos.ts";

const pixels = async (input: string | Buffer, filter: string) => {
  const from = typeof input === "string" ? ["-f", "png_pipe", "-i", input] : ["-f", "png_pipe", "-i", "-"];
  const { stdout } = await execa(
    ffmpeg,
    ["-v", "error", ...from, "-vf", `${filter},format=rgb24`, "-f", "framehash", "-hash", "sha256", "-"],
    typeof input === "string" ? {} : { input },
  );
  return stdout.trim().split(",").at(-1)!.trim();
};

test("each frame of a strip is sent as it is, top to bottom", async () => {
  const folder = path.join(temporaryFolder(), "100%d");
  mkdirSync(folder);
  const strip = path.join(folder, "strip.png");
  const source = "testsrc2=size=64x48:rate=4:duration=1";
  await execa(ffmpeg, [
    "-v",
    "error",
    "-f",
    "lavfi",
    "-i",
    source,
    "-vf",
    "tile=1x4",
    "-frames:v",
    "1",
    "-update",
    "1",
    strip,
  ]);
  const images = await frameImages({ file: strip, frames: 4 }, folder, new AbortController().signal);
  expect(images).toHaveLength(4);
  const sent = await Promise.all(
    images.map((url) => pixels(Buffer.from(url.replace("data:image/png;base64,", ""), "base64"), "null")),
  );
  const cut = await Promise.all([0, 48, 96, 144].map((top) => pixels(strip, `crop=64:48:0:${top}`)));
  expect(sent).toEqual(cut);
  expect(new Set(sent).size).toBe(4);
});

test("frames of another number or size than the step sends are refused", async () => {
  const folder = temporaryFolder();
  const line = { video: "a.mp4", strip: "strips/a.png", index: [0, 1, 2, 3], width: 64, height: 48 };
  writeFileSync(path.join(folder, "frames.jsonl"), `${JSON.stringify(line)}\n`);
  const file = path.join(folder, "strips/a.png");
  mkdirSync(path.dirname(file));
  writeFileSync(file, "abc");
  const asked = { frames: 4, size: "64x48" };
  // The digest is that of "abc", as FIPS 180-4 gives it.
  const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const strips = await readStrips(folder, ["a.mp4", "a.mp4"], asked);
  expect([...strips]).toEqual([["a.mp4", { file, sha256, frames: 4 }]]);
  await expect(readStrips(folder, ["b.mp4"], asked)).rejects.toThrow("The video b.mp4 has no frames.");
  for (const other of [
    { frames: 8, size: "64x48" },
    { frames: 4, size: "224x224" },
  ])
    await expect(readStrips(folder, ["a.mp4"], other)).rejects.toThrow(
      "The frames of a.mp4 are 4 of 64x48; the step sends",
    );
});

test("an API is asked as a local model is", () => {
  const row = { question: "Which way, $& {options}?", options: ["A. left $1", "B. right"] };
  expect(promptText(row, "plain")).toBe("Which way, $& {options}? A. left $1 B. right");
  expect(promptText(row, "letter")).toContain("\nOptions:\nA. left $1\nB. right\n");
  expect(promptText({ question: "How back?", options: [] }, "tags")).toBe("How back?");
});
