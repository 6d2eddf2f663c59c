import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterEach, expect, test, vi } from "vitest";
import { encode, type Film } from "../../../activities/data-synthesize/encode.ts";
import { renderWalk } from "../../../activities/data-synthesize/render.ts";
import { makeClips } from "../../../activities/data-synthesize/splits.ts";
import { hasAvx2 } from "../../../host/avx2.ts";
import { requireTool } from "../../../host/toolchain.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { otherProcessor, whyNoOtherProcessor } from "../../support/other-processor.ts";
import { ffmpeg, timesOf } from "../../support/videos.ts";

const SIZE = 56;
const encoding = { python: requireTool("python"), size: SIZE, crf: 20 };
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

/** A film as the ffmpeg command writes it. */
async function byCommand({ frames, variableFrameRate, output }: Film): Promise<void> {
  const uneven = "settb=1/12000,setpts='(N+0.45*mod(N*7\\,5)/5)/(12*TB)'";
  const unevenly = ["-vf", uneven, "-fps_mode", "vfr", "-enc_time_base", "1/12000"];
  const h264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"];
  await execa(
    ffmpeg,
    [
      ...["-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${SIZE}x${SIZE}`, "-r", "12"],
      ...["-i", "pipe:0", ...(variableFrameRate ? unevenly : []), ...h264],
      ...(hasAvx2() ? ["-x264-params", "asm=avx2"] : []),
      ...["-threads", "1", "-video_track_timescale", "12000"],
      ...["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", output],
    ],
    { stdin: frames },
  );
}

// They may be of two versions of x264; those that are set up are of one.
test("films have the bytes that the ffmpeg command gives them", async () => {
  const [films, others] = [filmsIn(temporaryFolder(), 6), filmsIn(temporaryFolder(), 6)];
  await encode(films, encoding);
  for (const film of others) await byCommand(film);
  expect(bytesOf(films)).toEqual(bytesOf(others));
});

test("films that are encoded one after the other have the bytes of those encoded alone, whatever memory they find", async () => {
  const alone = filmsIn(temporaryFolder(), 6);
  for (const film of alone) await encode([film], encoding);
  // x264's code for AVX-512 gives other bytes for this.
  vi.stubEnv("MALLOC_PERTURB_", "165");
  const together = filmsIn(temporaryFolder(), 6);
  const written: string[] = [];
  await encode(together, encoding, (output) => written.push(output));
  expect(bytesOf(together)).toEqual(bytesOf(alone));
  expect(written).toEqual(together.map(({ output }) => output));
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

test("what the encoder says of a failure is told", async () => {
  const [good, bad] = filmsIn(temporaryFolder(), 2);
  const nowhere = { ...bad!, output: path.join(path.dirname(bad!.output), "none", "b.mp4") };
  await expect(encode([good!, nowhere], encoding)).rejects.toMatchObject({
    exitCode: expect.any(Number) as number,
    stderr: expect.stringContaining("No such file or directory") as string,
  });
});

test("what fails while a frame is rendered ends the encoder, and is told", async () => {
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
