import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { cutRecipe, cutThrough, writeRows } from "../support/frames.ts";
import { ffmpeg, makeVideo } from "../support/videos.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const data = path.join(folder, "data");
const inData = (name: string) => path.join(data, name);
mkdirSync(data);

/** Cuts the end off a file, or spoils its middle. */
const cutOff = (name: string, share: number) => {
  const bytes = readFileSync(inData(name));
  writeFileSync(inData(name), bytes.subarray(0, Math.floor(bytes.length * share)));
};

describe("what each video is, and what is against it", { timeout: 120_000 }, () => {
  const GOOD = ["short.mp4", "long.mkv", "b-frames.avi", "proxy first.mkv"];
  const BAD: Record<string, RegExp> = {
    "broken off.mp4": /^broken off: \d+ of 60 frames are there$/,
    "damaged.mp4": /^damaged at 1\.\d s: /,
    "empty.mp4": /^it has 0 bytes$/,
    "five.mp4": /^it has 5 frames, 8 are needed$/,
    "folder.mp4": /^it is a folder$/,
    "none.mp4": /^it was not found$/,
    "page.mp4": /^it is an HTML page, not a video$/,
    "pointer.mp4": /^it is a Git LFS pointer, not the video: run 'git lfs pull'$/,
    "sound.mp4": /^it has no video$/,
    "unfinished.mp4": /^moov atom not found$/,
  };

  async function writeVideos(): Promise<void> {
    const source = "testsrc2=size=64x64:rate=25:duration=2.4";
    const long = "testsrc2=size=64x64:rate=25:duration=12";
    await makeVideo(inData("short.mp4"), { source });
    await makeVideo(inData("long.mkv"), { source: long, args: ["-g", "25", "-bf", "2"] });
    await makeVideo(inData("b-frames.avi"), { source, args: ["-c:v", "mpeg4", "-q:v", "3", "-bf", "2"] });
    await makeVideo(inData("small.mkv"), { source: source.replace("64x64", "32x32") });
    const both = [
      "-i",
      inData("small.mkv"),
      "-i",
      inData("short.mp4"),
      "-map",
      "0:v",
      "-map",
      "1:v",
      "-c",
      "copy",
    ];
    const marks = ["-disposition:v:0", "0", "-disposition:v:1", "default"];
    await execa(ffmpeg, ["-v", "error", ...both, ...marks, inData("proxy first.mkv")]);
    await makeVideo(inData("broken off.mp4"), { source, args: ["-movflags", "+faststart"] });
    cutOff("broken off.mp4", 0.7);
    await makeVideo(inData("damaged.mp4"), { source, args: ["-g", "60", "-bf", "0"] });
    const bytes = readFileSync(inData("damaged.mp4"));
    const middle = Math.floor(bytes.length * 0.55);
    bytes.fill(0xa5, middle, middle + 600);
    writeFileSync(inData("damaged.mp4"), bytes);
    writeFileSync(inData("empty.mp4"), "");
    await makeVideo(inData("five.mp4"), { source: "testsrc2=size=64x64:rate=25:duration=0.2" });
    mkdirSync(inData("folder.mp4"));
    writeFileSync(inData("page.mp4"), "<!DOCTYPE html>\n<title>Not here</title>\n");
    writeFileSync(inData("pointer.mp4"), "version https://git-lfs.github.com/spec/v1\nsize 1\n");
    await execa(ffmpeg, ["-v", "error", "-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac", inData("sound.mp4")]);
    await makeVideo(inData("unfinished.mp4"), { source });
    cutOff("unfinished.mp4", 0.5);
    writeRows(data, [...GOOD, ...Object.keys(BAD)]);
  }

  test("all that is wrong is told at once, with the questions that need it", async () => {
    await writeVideos();
    const { code, record } = await cutThrough(folder, cutRecipe("strict"));
    const message = record.failure!.message;
    expect(code).toBe(1);
    expect(message).toMatch(/^10 of 14 videos cannot be used:/m);
    for (const [video, reason] of Object.entries(BAD))
      expect(message.split("\n").find((line) => line.startsWith(`  ${video}: `))).toMatch(
        new RegExp(`^  ${video}: ${reason.source.slice(1, -1)}.* \\(needed by q\\d+\\)$`),
      );
  });

  test("what can be used is cut, with how it was read; the rest is left out with its reason", async () => {
    const { code, lines, left, metrics, record } = await cutThrough(
      folder,
      cutRecipe("lenient", ["allow_missing: true"]),
    );
    expect(code).toBe(0);
    expect(Object.keys(lines).sort()).toEqual([...GOOD].sort());
    for (const [video, reason] of Object.entries(BAD)) expect(left[video]).toMatch(reason);
    expect(lines["short.mp4"]).toMatchObject({
      index: [0, 8, 17, 25, 34, 42, 51, 59],
      pts: [0, 0.32, 0.68, 1, 1.36, 1.68, 2.04, 2.36],
      total: 60,
      variable_rate: false,
      rule: "linspace-round",
      width: 28,
      height: 28,
      read: "decode",
      warnings: 0,
      notes: [],
    });
    expect(lines["long.mkv"]).toMatchObject({ total: 300, read: "seek" });
    expect(lines["b-frames.avi"]).toMatchObject({ total: 60, read: "decode", variable_rate: false });
    expect(lines["proxy first.mkv"]!.notes).toEqual([
      "it has 2 video streams (0 of 32x32 with 60 frames, 1 of 64x64 with 60 frames (default)): 1 is taken",
    ]);
    expect(metrics).toEqual({
      videos: 4,
      frames: 32,
      variable_rate: 0,
      sought: 1,
      warned: 0,
      warnings: 0,
      missing: 10,
    });
    const events = readFileSync(
      path.join(folder, ".reprise", "runs", record.run, "frames", "events.jsonl"),
      "utf8",
    );
    expect(events).toContain("proxy first.mkv: it has 2 video streams");
    expect(events).toContain("left out empty.mp4: it has 0 bytes");
  });
});

test("warnings of the decoder are counted in the manifest, the record and the report", async () => {
  const own = temporaryFolder();
  stopServerAfterwards(own);
  writeRows(path.join(own, "data"), ["part.ts"]);
  const [whole, part] = [path.join(own, "whole.ts"), path.join(own, "data", "part.ts")];
  await makeVideo(whole, { args: ["-x264-params", "open-gop=1:keyint=25:bframes=3:b-adapt=0"] });
  const bytes = readFileSync(whole);
  writeFileSync(part, bytes.subarray(Math.floor(bytes.length / 188 / 4) * 188));
  const { code, lines, metrics, record } = await cutThrough(own, cutRecipe("warned"));
  expect(code).toBe(0);
  const { warnings, notes } = lines["part.ts"]!;
  expect(warnings).toBeGreaterThan(0);
  expect(notes).toEqual([
    expect.stringMatching(/^\d+ packets? before its first frame cannot be decoded$/),
    expect.stringMatching(/^FFmpeg warned (once|\d+ times), first: /),
  ]);
  expect(metrics).toMatchObject({ warned: 1, warnings });
  const page = readFileSync(path.join(own, ".reprise", "runs", record.run, "report.html"), "utf8");
  expect(page).toMatch(/<td>part\.ts<\/td>\s*<td>\d+ packets? before its first frame/);
  expect(page).toMatch(/<td>part\.ts<\/td>\s*<td>FFmpeg warned/);
});

describe("a clip on which the decoder crashes", { timeout: 120_000 }, () => {
  test("costs that clip, not the step", async () => {
    const own = temporaryFolder();
    stopServerAfterwards(own);
    const names = ["a.mp4", "abort.mp4", "b.mp4", "memory.mp4", "segfault.mp4", "standstill.mp4", "z.mp4"];
    writeRows(path.join(own, "data"), names);
    for (const name of names)
      await makeVideo(path.join(own, "data", name), { source: "testsrc2=d=1:s=64x64" });
    const python = path.join(own, "python");
    const crashing = path.join(packageRoot, "tests", "support", "crashing_frames.py");
    writeFileSync(python, `#!/bin/sh\nexec "${findToolchain().python}" "${crashing}" "$@"\n`);
    chmodSync(python, 0o755);
    const { code, left, lines } = await cutThrough(
      own,
      cutRecipe("crash", ["allow_missing: true"], ["stalled_after: 5s", "resources: { memory_gb: 0.5 }"]),
      { REPRISE_PYTHON: python },
    );
    expect(code).toBe(0);
    expect(Object.keys(lines)).toEqual(["a.mp4", "b.mp4", "z.mp4"]);
    expect(left).toEqual({
      "abort.mp4": "the decoder crashes on it (SIGABRT)",
      "memory.mp4":
        "decoding it takes more memory than the 0.5 GB that the step may use (resources.memory_gb)",
      "segfault.mp4": "the decoder crashes on it (SIGSEGV)",
      "standstill.mp4": "decoding it made no progress for 5 s",
    });
  });

  test("a Python that cannot start fails the step with its words", async () => {
    const own = temporaryFolder();
    stopServerAfterwards(own);
    writeRows(path.join(own, "data"), ["a.mp4"]);
    await makeVideo(path.join(own, "data", "a.mp4"));
    const python = path.join(own, "python");
    writeFileSync(python, "#!/bin/sh\necho 'no module of that name' >&2\nexit 1\n");
    chmodSync(python, 0o755);
    const { code, record } = await cutThrough(own, cutRecipe("broken"), { REPRISE_PYTHON: python });
    expect(code).toBe(5);
    expect(record.failure).toMatchObject({
      code: "environment",
      message: expect.stringMatching(
        /The frame cutter could not be started.*\n?.*no module of that name/s,
      ) as string,
    });
  });
});

describe("interrupted cutting", { timeout: 240_000 }, () => {
  const films = temporaryFolder();
  beforeAll(async () => {
    for (const number of [0, 1, 2, 3]) {
      const source = `testsrc2=size=${640 + 16 * number}x480:rate=25:duration=12`;
      await makeVideo(path.join(films, `${number}.mp4`), { source, args: ["-preset", "ultrafast"] });
    }
  });

  /** A dataset of clips that take a moment each; some have the same content. */
  const prepared = async (count: number): Promise<string> => {
    const own = temporaryFolder();
    stopServerAfterwards(own);
    const clips = Array.from({ length: count }, (_, number) => `${number}.mp4`);
    writeRows(path.join(own, "data"), clips);
    for (const [number, name] of clips.entries())
      copyFileSync(path.join(films, `${number % 4}.mp4`), path.join(own, "data", name));
    writeFileSync(path.join(own, "cut.yaml"), cutRecipe("resumed"));
    return own;
  };
  /** Waits until some clips are cut; gives the run. */
  async function underWay(own: string): Promise<string> {
    const runs = path.join(own, ".reprise", "runs");
    for (let waited = 0; waited < 60_000; waited += 20) {
      await sleep(20);
      try {
        const [run] = readdirSync(runs);
        const events = readFileSync(path.join(runs, run!, "frames", "events.jsonl"), "utf8");
        if (events.includes('"done":3,')) return run!;
      } catch {
        // Not there yet.
      }
    }
    throw new Error("cutting did not begin");
  }
  const cutters = async (own: string) =>
    (await execa("ps", ["-eo", "args"])).stdout
      .split("\n")
      .filter((line) => line.includes("reprise_trainer.frames") && line.includes(own));

  test.each(["SIGKILL", "SIGINT"] as const)(
    "by %s goes on with the finished clips, to the same bytes",
    async (how) => {
      const own = await prepared(24);
      const running = start(own, ["run", "cut.yaml"]);
      const run = await underWay(own);
      if (how === "SIGKILL") process.kill(-running.pid!, how);
      else running.kill(how);
      await running;
      const again = await reprise(own, ["run", "cut.yaml"]);
      expect(again.code).toBe(0);
      const events = readFileSync(path.join(own, ".reprise", "runs", run, "frames", "events.jsonl"), "utf8");
      const kept = Number(/resuming frames with (\d+) finished parts/.exec(events)?.[1]);
      expect(kept).toBeGreaterThanOrEqual(3);
      expect(kept).toBeLessThan(24);
      const outputs = () => {
        const record = JSON.parse(
          readFileSync(path.join(own, ".reprise", "runs", run, "record.json"), "utf8"),
        ) as { steps: { outputs: Record<string, { digest: string }> }[] };
        return record.steps[0]!.outputs["dataset"]!.digest;
      };
      const undisturbed = await cutThrough(own, cutRecipe("resumed"), {
        REPRISE_HOME: path.join(own, "other"),
      });
      expect(undisturbed.record.steps[0]!.outputs["dataset"]!.digest).toBe(outputs());
      expect(await cutters(own)).toEqual([]);
    },
  );

  test("a cancelled run leaves no process", async () => {
    const own = await prepared(120);
    const running = start(own, ["run", "cut.yaml"]);
    const run = await underWay(own);
    expect((await reprise(own, ["cancel", run])).code).toBe(0);
    expect((await running).exitCode).toBe(4);
    expect(await cutters(own)).toEqual([]);
  });
});
