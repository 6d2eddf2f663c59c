import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { inBatches } from "../../../activities/data-synthesize/batches.ts";
import { encode, type Film } from "../../../activities/data-synthesize/encode.ts";
import { renderWalk } from "../../../activities/data-synthesize/render.ts";
import { makeClips } from "../../../activities/data-synthesize/splits.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { otherProcessor, whyNoOtherProcessor } from "../../support/other-processor.ts";
import { ffmpeg, timesOf } from "../../support/videos.ts";

const SIZE = 56;
const encoding = { ffmpeg, size: SIZE, crf: 20 };
const filmsIn = (folder: string, count: number): Film[] =>
  makeClips("eval", count, 0).map(({ id, walk, variableFrameRate }) => ({
    ...{ frames: renderWalk(walk, SIZE), variableFrameRate },
    output: path.join(folder, `${id}.mp4`),
  }));
const bytesOf = (films: readonly Film[]) =>
  films.map(({ output }) => readFileSync(output).toString("base64"));

afterEach(() => vi.unstubAllEnvs());

test("every second clip's frame rate varies", async () => {
  const films = filmsIn(temporaryFolder(), 2);
  await encode(films, encoding);
  const varies = films.map(async ({ output }) => {
    const times = await timesOf(output);
    return new Set(times.slice(1).map((time, at) => time - times[at]!)).size > 1;
  });
  expect(await Promise.all(varies)).toEqual([false, true]);
});

test("films that are encoded side by side have the bytes of those encoded alone, whatever memory they find", async () => {
  const alone = filmsIn(temporaryFolder(), 6);
  for (const film of alone) await encode([film], encoding);
  // x264's code for AVX-512 gives other bytes for this.
  vi.stubEnv("MALLOC_PERTURB_", "165");
  const together = filmsIn(temporaryFolder(), 6);
  await encode(together, encoding);
  expect(bytesOf(together)).toEqual(bytesOf(alone));
});

const missing = whyNoOtherProcessor();
if (missing !== null) console.log(`SKIPPED: no film on another processor: ${missing}`);

test.skipIf(missing !== null)("a processor without AVX-512 gives the same bytes", async () => {
  const here = filmsIn(temporaryFolder(), 6);
  await encode(here, encoding);
  for (const [name, value] of Object.entries(otherProcessor())) vi.stubEnv(name, value);
  const there = filmsIn(temporaryFolder(), 6);
  await encode(there, encoding);
  expect(bytesOf(there)).toEqual(bytesOf(here));
});

test("what ffmpeg says of a failure is told", async () => {
  const [good, bad] = filmsIn(temporaryFolder(), 2);
  const nowhere = { ...bad!, output: path.join(path.dirname(bad!.output), "none", "b.mp4") };
  await expect(encode([good!, nowhere], encoding)).rejects.toMatchObject({
    exitCode: expect.any(Number) as number,
    stderr: expect.stringContaining("No such file or directory") as string,
  });
});

test("what fails while a frame is rendered ends ffmpeg, and is told", async () => {
  const [good, bad] = filmsIn(temporaryFolder(), 2);
  function* broken() {
    yield* [...bad!.frames].slice(0, 3);
    throw new RangeError("no such colour");
  }
  await expect(encode([good!, { ...bad!, frames: broken() }], encoding)).rejects.toThrow("no such colour");
});

test("a signal ends it in the middle", async () => {
  const stop = new AbortController();
  const [film] = filmsIn(temporaryFolder(), 1);
  function* endless() {
    const [frame] = film!.frames;
    for (let count = 0; ; count++) {
      if (count === 100) stop.abort();
      yield frame!;
    }
  }
  const encoded = encode([{ ...film!, frames: endless() }], { ...encoding, signal: stop.signal });
  await expect(encoded).rejects.toMatchObject({ isCanceled: true });
});

test("films are spread over processes that go side by side, large ones fewer to each", () => {
  const lengths = (count: number, size: number, lanes: number) =>
    inBatches(Array.from({ length: count }), size, lanes).map(({ length }) => length);
  expect(lengths(0, 112, 2)).toEqual([]);
  expect(lengths(5, 112, 2)).toEqual([3, 2]);
  expect(lengths(40, 112, 2)).toEqual([16, 16, 8]);
  expect(lengths(6, 512, 1)).toEqual([3, 3]);
  expect(lengths(3, 2048, 1)).toEqual([1, 1, 1]);
  expect(inBatches(["a", "b", "c"], 112, 2)).toEqual([["a", "b"], ["c"]]);
});
