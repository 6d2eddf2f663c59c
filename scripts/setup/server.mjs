// The Temporal server: what is there already, an official download, or a build by Go of a pinned version.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cache } from "./places.mjs";
import { removeAbandoned, run, SetupError, timed, tryRun } from "./run.mjs";

const VERSION = "1.5.1";
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;
const DOWNLOADS = "https://temporal.download/cli/archive";
const DOWNLOAD_MS = 5_000;

export async function setUpServer() {
  if (process.env.TEMPORAL_ADDRESS) return { server: null };
  const onPath = findOnPath("temporal");
  if (onPath !== null && (await tryRun(onPath, ["--version"])) !== null) return { server: onPath };
  const place = path.join(cache, `temporal-${VERSION}`);
  const server = path.join(place, "temporal");
  if (fs.existsSync(server)) return { server };

  fs.mkdirSync(cache, { recursive: true });
  removeAbandoned(cache, path.basename(place));
  const aside = `${place}.${process.pid}.partial`;
  fs.mkdirSync(aside);
  const failures = [];
  try {
    for (const get of [download, build]) {
      try {
        await get(aside);
        await run(path.join(aside, "temporal"), ["--version"]);
        fs.rmSync(place, { recursive: true, force: true });
        fs.renameSync(aside, place);
        return { server };
      } catch (error) {
        failures.push(`${get.name}: ${error.message}`);
      }
    }
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
  throw new SetupError(
    `The Temporal server could not be had.\n  ${failures.join("\n  ")}\nInstall the Temporal CLI (https://docs.temporal.io/cli) or Go 1.25 or newer ` +
      "(https://go.dev/dl), or set TEMPORAL_ADDRESS to a running server, and run again.",
  );
}

function findOnPath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file)) ?? null;
}

async function download(folder) {
  const arch = { x64: "amd64", arm64: "arm64" }[os.arch()];
  if (arch === undefined) throw new SetupError(`no official build for ${os.arch()}`);
  const url = `${process.env.REPRISE_SERVER_DOWNLOADS ?? DOWNLOADS}/v${VERSION}?platform=${process.platform}&arch=${arch}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) }).catch((error) => {
    throw new SetupError(`${new URL(url).host} cannot be reached (${error.cause?.code ?? error.name})`);
  });
  if (!response.ok) throw new SetupError(`${url} answered ${response.status}`);
  const archive = path.join(folder, "temporal.tar.gz");
  await timed("server", "downloading the Temporal server", async () => {
    fs.writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
    await run("tar", ["-xzf", archive, "-C", folder, "temporal"]);
  });
  fs.rmSync(archive);
}

async function build(folder) {
  if ((await tryRun("go", ["version"])) === null) throw new SetupError("Go is not installed");
  const args = ["install", "-trimpath", "-ldflags", "-s -w", GO_PACKAGE];
  await timed("server", "building the Temporal server with Go (about 4 min, once per machine)", () =>
    run("go", args, { env: { GOBIN: folder, CGO_ENABLED: "0" } }),
  );
}
