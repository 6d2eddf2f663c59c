import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { lacksCuda } from "../../host/toolchain.ts";
import { linkTree } from "../../scripts/setup/link-tree.mjs";
import { cache } from "../../scripts/setup/places.mjs";
import { afterwards, temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();

/** A copy of what Git has of this checkout, where links to what the cache keeps can be made. */
async function secondCheckout(): Promise<string> {
  mkdirSync(cache, { recursive: true });
  const place = mkdtempSync(path.join(cache, "test-"));
  afterwards(() => rmSync(place, { recursive: true, force: true }));
  const listed = await execa("git", ["ls-files", "-co", "--exclude-standard"], { cwd: packageRoot });
  const files = listed.stdout.split("\n").filter((file) => existsSync(path.join(packageRoot, file)));
  await execa("tar", ["-cf", path.join(folder, "checkout.tar"), ...files], { cwd: packageRoot });
  await execa("tar", ["-xf", path.join(folder, "checkout.tar"), "-C", place]);
  return place;
}

/** One that two tests use: what the first one built, the other one removes. */
let built: string;
beforeAll(async () => {
  built = await secondCheckout();
});

const setUp = (cwd: string, parts: string[] = [], env: Record<string, string> = {}) =>
  execa(process.execPath, ["scripts/setup.mjs", ...parts], { cwd, env, reject: false });

test("a checkout that is set up is left alone", async () => {
  expect(await setUp(packageRoot)).toMatchObject({ exitCode: 0, stderr: "" });
});

test("a part that does not exist is refused", async () => {
  const { exitCode, stderr } = await setUp(packageRoot, ["ruby"]);
  expect(stderr).toBe("There is no part 'ruby' to set up. There are: node, python, server, command.");
  expect(exitCode).toBe(5);
});

test("REPRISE_CUDA that is neither 1 nor 0 is refused", async () => {
  const { exitCode, stderr } = await setUp(packageRoot, [], { REPRISE_CUDA: "yes" });
  expect([exitCode, stderr]).toEqual([5, "REPRISE_CUDA is 'yes'; it must be 1 or 0."]);
});

// Not where the checkout and the cache lie on two file systems.
const kept = existsSync(cache) && readdirSync(cache).some((name) => name.startsWith("packages-"));
test.skipIf(!kept)(
  "a second checkout takes the packages of the first, and only what a command needs",
  async () => {
    const nowhere = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    const { exitCode, stderr } = await setUp(built, ["node"], nowhere);
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringMatching(/^\[node\] building.*\n\[node\] done in \S+ s$/),
    ]);
    const tools = JSON.parse(readFileSync(path.join(built, "node_modules/.reprise/toolchain.json"), "utf8"));
    expect(tools).toMatchObject({ python: null, ffmpeg: null, server: null });
    // A link to what is kept: this checkout's own may be another one, where somebody called npm.
    expect(statSync(path.join(built, "node_modules", "yaml", "package.json")).nlink).toBeGreaterThan(1);
    const cli = path.join(built, "dist", "cli", "main.js");
    const validated = await execa(process.execPath, [cli, "validate", "recipes/demo.yaml"], { cwd: built });
    expect(validated.exitCode).toBe(0);
    // The rest follows when it is asked for, and is not made anew.
    const rest = await setUp(built, []);
    expect(rest.exitCode).toBe(0);
    expect(rest.stderr).not.toContain("[node]");
  },
  120_000,
);

test("what the environment names is not prepared", async () => {
  const place = await secondCheckout();
  const { exitCode, stderr } = await setUp(place, ["python", "server"], {
    REPRISE_CACHE: path.join(folder, "empty"),
    REPRISE_PYTHON: process.execPath,
    REPRISE_FFMPEG: process.execPath,
    TEMPORAL_ADDRESS: "127.0.0.1:7233",
  });
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(readdirSync(path.join(folder, "empty"))).toEqual([]);
});

test("two set-ups of one checkout wait for each other, also when one was killed", async () => {
  const place = await secondCheckout();
  const env = {
    REPRISE_CACHE: path.join(folder, "two"),
    REPRISE_PYTHON: process.execPath,
    REPRISE_FFMPEG: process.execPath,
  };
  const hangs = path.join(folder, "hangs");
  mkdirSync(hangs);
  writeFileSync(path.join(hangs, "temporal"), "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
  const first = execa(process.execPath, ["scripts/setup.mjs", "server"], {
    cwd: place,
    env: { ...env, PATH: `${hangs}:${process.env["PATH"]}` },
    reject: false,
  });
  const lock = () =>
    existsSync(env.REPRISE_CACHE) && readdirSync(env.REPRISE_CACHE).some((name) => name.startsWith("lock-"));
  while (!lock()) await sleep(20);
  const second = setUp(place, ["python"], env);
  await sleep(1000);
  first.kill("SIGKILL");
  const { exitCode, stderr } = await second;
  expect(stderr).toMatch(/^Another set-up of this checkout is at work \(process \d+\)\. Waiting for it\.$/);
  expect(exitCode).toBe(0);
  expect(lock()).toBe(false);
});

test("a build that is gone is made again", async () => {
  const { exitCode } = await setUp(built, ["node"]);
  expect(exitCode).toBe(0);
  rmSync(path.join(built, "dist"), { recursive: true });
  await setUp(built, ["node"]);
  expect(existsSync(path.join(built, "dist", "cli", "main.js"))).toBe(true);
}, 120_000);

test("a kept folder of packages that lost a file is not used", async () => {
  const source = path.join(folder, "modules");
  mkdirSync(path.join(source, "a"), { recursive: true });
  writeFileSync(path.join(source, "a", "one.js"), "");
  writeFileSync(path.join(source, "two.js"), "");
  expect(linkTree(source, path.join(folder, "linked"))).toBe(2);
  rmSync(path.join(source, "a", "one.js"));
  expect(linkTree(source, path.join(folder, "linked again"))).toBe(1);
});

test("what was said of CUDA holds at later set-ups, and its packages are not let go unasked", async () => {
  const places = path.join(packageRoot, "scripts", "setup", "cuda.mjs");
  const ask = async (tools: object, said: string) => {
    const script = `import(${JSON.stringify(places)}).then(({ wantsCuda }) => console.log(JSON.stringify(wantsCuda(${JSON.stringify(tools)}))))`;
    const { stdout } = await execa(process.execPath, ["-e", script], { env: { REPRISE_CUDA: said } });
    return JSON.parse(stdout) as unknown;
  };
  expect(await ask({}, "1")).toEqual({ cuda: true, said: true });
  expect(await ask({ cuda: true, cuda_said: true }, "")).toEqual({ cuda: true, said: true });
  expect(await ask({ cuda: false, cuda_said: true }, "")).toEqual({ cuda: false, said: true });
  expect(await ask({ cuda: true, cuda_said: false }, "")).toEqual({ cuda: true, said: false });
  expect(await ask({ cuda: true, cuda_said: true }, "0")).toEqual({ cuda: false, said: true });
});

test("an environment without CUDA's packages is refused where a driver is, unless somebody wanted it so", () => {
  const driver = [process.execPath];
  expect(lacksCuda({ cuda: false, cuda_said: false }, driver)).toBe(true);
  expect(lacksCuda({ cuda: false, cuda_said: true }, driver)).toBe(false);
  expect(lacksCuda({ cuda: true, cuda_said: false }, driver)).toBe(false);
  expect(lacksCuda({ cuda: false, cuda_said: false }, [path.join(folder, "none")])).toBe(false);
});

test("a machine without Python is told what to install", async () => {
  const place = await secondCheckout();
  const empty = path.join(folder, "no programs");
  mkdirSync(empty);
  const { exitCode, stderr } = await setUp(place, ["python"], {
    PATH: empty,
    REPRISE_CACHE: path.join(folder, "cache"),
  });
  expect(stderr).toMatch(
    /Neither uv nor a Python with pip was found\. Install Python >=3\.11,<3\.15 with pip/,
  );
  expect(exitCode).toBe(5);
});
