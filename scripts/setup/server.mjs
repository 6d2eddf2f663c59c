// The Temporal server: what is given or there already, or else the pinned release from the first source that has it.
import fs from "node:fs";
import path from "node:path";
import { cache } from "./places.mjs";
import { removeAbandoned, takePlace, timed, tryRun } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";
import { PINS, SOURCES } from "./server-sources.mjs";

const HELP = `Install the Temporal CLI (https://docs.temporal.io/cli), or set REPRISE_SERVER to its program or TEMPORAL_ADDRESS to a running server, and run again.`;

/** The path of a server's program for this checkout, or nothing when the environment names one. */
export async function setUpServer(pins = PINS) {
  if (process.env.TEMPORAL_ADDRESS) return {};
  const given = process.env.REPRISE_SERVER;
  if (given) {
    const unfit = await whyUnfit(given, pins.oldest);
    if (unfit !== null) throw new SetupError(`REPRISE_SERVER: ${unfit}. ${HELP}`);
    return {};
  }
  removeAbandoned();
  const failures = [];
  const onPath = findOnPath("temporal");
  if (onPath !== null) {
    const unfit = await whyUnfit(onPath, pins.oldest);
    if (unfit === null) return { server: onPath };
    failures.push(`PATH: ${unfit}`);
  }
  fs.mkdirSync(cache, { recursive: true });
  for (const { name, get, server: versionIn } of SOURCES) {
    const version = versionIn(pins);
    const place = path.join(cache, `temporal-${version}`);
    const server = path.join(place, "temporal");
    if (fs.existsSync(server)) return { server };
    try {
      await timed("server", `getting the Temporal server ${version}: ${name}`, () =>
        makeAside(place, (folder) => get(folder, pins), version),
      );
      return { server };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      failures.push(`${name}: ${error.brief}`);
      console.error(`[server] ${failures.at(-1)}`);
    }
  }
  throw new SetupError(
    `The Temporal server could not be had.\n${failures.map((line) => `  ${line}\n`).join("")}${HELP}`,
  );
}

/** Made aside and renamed: an interrupted set-up leaves nothing that looks whole. */
async function makeAside(place, get, version) {
  const aside = `${place}.${process.pid}.partial`;
  fs.mkdirSync(aside);
  try {
    await get(aside);
    const unfit = await whyUnfit(path.join(aside, "temporal"), version);
    if (unfit !== null) throw new SetupError(unfit);
    takePlace(aside, place, "temporal");
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

/** Why a program cannot be the server, or null. */
async function whyUnfit(program, oldest) {
  const said = await tryRun(program, ["--version"]);
  const version = /Server ([0-9]+\.[0-9]+\.[0-9]+)/.exec(said ?? "")?.[1];
  if (version === undefined) return `'${program}' does not say which server it is`;
  if (isOlder(version, oldest)) return `'${program}' is server ${version}, ${oldest} or newer is needed`;
  return null;
}

function isOlder(version, than) {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number));
  const place = a.findIndex((number, index) => number !== b[index]);
  return place !== -1 && a[place] < b[place];
}

function findOnPath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file)) ?? null;
}
