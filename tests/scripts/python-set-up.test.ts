import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { wantedPackages } from "../../scripts/setup/python.mjs";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
const key = createHash("sha256").update(wantedPackages(false)).digest("hex").slice(0, 16);

let number = 0;
/** A cache with an environment that was installed for a run, and not compiled; its Python notes how it is called. */
let cache: string;
let place: string;
const called = () => (existsSync(`${place}/called`) ? readFileSync(`${place}/called`, "utf8") : "");
const note = () => JSON.parse(readFileSync(path.join(place, "complete.json"), "utf8")) as object;
const python = (ends: number) =>
  writeFileSync(
    path.join(place, "bin", "python"),
    `#!/bin/sh\necho "$@" >> "${place}/called"\n[ ${ends} = 0 ] || echo "libgomp is not there" >&2\nexit ${ends}\n`,
    { mode: 0o755 },
  );

beforeEach(() => {
  cache = path.join(folder, `cache ${++number}`);
  place = path.join(cache, `python-cpu-${key}-${process.platform}-${process.arch}`);
  mkdirSync(path.join(place, "bin"), { recursive: true });
  python(0);
  writeFileSync(path.join(place, "complete.json"), JSON.stringify({ ffmpeg: "bin/python", compiled: false }));
});

/** Notes are kept in the folder of the scripts, which is a copy. */
async function checkout(): Promise<(...words: string[]) => Promise<{ exitCode?: number; stderr: string }>> {
  const own = path.join(folder, `checkout ${number}`);
  mkdirSync(own);
  const { stdout } = await execa("git", ["ls-files", "-co", "--exclude-standard"], { cwd: packageRoot });
  const files = stdout.split("\n").filter((file) => existsSync(path.join(packageRoot, file)));
  const tar = path.join(folder, `${number}.tar`);
  await execa("tar", ["-cf", tar, ...files], { cwd: packageRoot });
  await execa("tar", ["-xf", tar, "-C", own]);
  const env = { REPRISE_CACHE: cache, REPRISE_CUDA: "0", REPRISE_PYTHON: "", REPRISE_FFMPEG: "" };
  return (...words) =>
    execa(process.execPath, ["scripts/setup.mjs", ...words], { cwd: own, env, reject: false });
}

test("for a run nothing is compiled; the next set-up does so, once", async () => {
  const setUp = await checkout();
  for (let time = 0; time < 2; time += 1)
    expect(await setUp("python", "--soon")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(called()).toBe("");
  const { exitCode, stderr } = await setUp("python");
  expect([exitCode, stderr]).toEqual([
    0,
    expect.stringMatching(/^\[python\] compiling .*\n.* done in \S+ s$/),
  ]);
  expect(called()).toBe("-m reprise_trainer.warm\n");
  expect(note()).toEqual({ ffmpeg: "bin/python", compiled: true });
  for (const soon of [[], ["--soon"]])
    expect(await setUp("python", ...soon)).toMatchObject({ exitCode: 0, stderr: "" });
  expect(called()).toBe("-m reprise_trainer.warm\n");
});

test("what cannot be loaded is told by each set-up until it can", async () => {
  const setUp = await checkout();
  python(1);
  for (let time = 0; time < 2; time += 1) {
    const { exitCode, stderr } = await setUp("python");
    expect([exitCode, stderr]).toEqual([5, expect.stringMatching(/failed:\nlibgomp is not there$/)]);
  }
  python(0);
  expect(await setUp("python")).toMatchObject({ exitCode: 0 });
});

test("an environment of an earlier version counts as compiled", async () => {
  const setUp = await checkout();
  writeFileSync(path.join(place, "complete.json"), JSON.stringify({ ffmpeg: "bin/python" }));
  expect(await setUp("python")).toMatchObject({ exitCode: 0, stderr: "" });
});
