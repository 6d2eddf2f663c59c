// The Temporal server: what is given or there already, or else the pinned release from the first source that has it.
import fs from "node:fs";
import path from "node:path";
import { makeAside, removeWhole } from "./aside.mjs";
import { machine, openCache } from "./places.mjs";
import { timed, tryRun } from "./run.mjs";
import { PINS, programPin, refuseOther, SOURCES } from "./server-sources.mjs";
import { SetupError } from "./setup-error.mjs";

const HELP = `Install the Temporal CLI (https://docs.temporal.io/cli), or set REPRISE_SERVER to its program or TEMPORAL_ADDRESS to a running server, and run again.`;
const ANSWER_MS = 10_000;

/** The path of a server's program, or nothing when the environment names one. With `kept` null where the cache has none. */
export async function setUpServer(pins = PINS, kept = false) {
  if (process.env.TEMPORAL_ADDRESS) return {};
  const given = process.env.REPRISE_SERVER;
  if (given) {
    const unfit = path.isAbsolute(given)
      ? await whyUnfit(given, pins.oldest)
      : `'${given}' is not an absolute path`;
    if (unfit !== null) throw new SetupError(`REPRISE_SERVER: ${unfit}. ${HELP}`);
    return {};
  }
  const failures = [];
  for (const program of onPath("temporal")) {
    const unfit = await whyUnfit(program, pins.oldest);
    if (unfit === null) return { server: program };
    failures.push(`PATH: ${unfit}`);
  }
  openCache();
  for (const source of SOURCES) {
    const { name } = source;
    try {
      const server = inCache(source, pins) ?? (kept ? null : await fromSource(source, pins));
      if (server !== null) return { server };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      failures.push(`${name}: ${error.brief}`);
      console.error(`[server] ${failures.at(-1)}`);
    }
  }
  if (kept) return null;
  throw new SetupError(
    `The Temporal server could not be had.\n${failures.map((line) => `  ${line}\n`).join("")}${HELP}`,
  );
}

const nameOf = ({ release }, pins) => `temporal-cli-${release(pins).version}-${machine}`;
const programIn = (place) => path.join(place, "temporal");
const isWhole = (place) => fs.existsSync(programIn(place));

/** What an earlier set-up got, if it still is what is pinned. */
function inCache(source, pins) {
  const place = path.join(openCache(), nameOf(source, pins));
  if (!isWhole(place)) return null;
  try {
    if (source.isPinned) refuseOther(programIn(place), programPin(pins));
    return programIn(place);
  } catch (error) {
    console.error(`[server] '${place}': ${error.message}. It is got again.`);
    removeWhole(place);
    return null;
  }
}

async function fromSource(source, pins) {
  const { version, server } = source.release(pins);
  return timed("server", `getting Temporal ${version} (server ${server}): ${source.name}`, async () => {
    const place = await makeAside(nameOf(source, pins), isWhole, async (aside) => {
      fs.mkdirSync(aside);
      await source.get(aside, pins);
      const unfit = await whyUnfit(programIn(aside), server);
      if (unfit !== null) throw new SetupError(unfit);
    });
    return programIn(place);
  });
}

/** Why a program cannot be the server, or null. */
async function whyUnfit(program, oldest) {
  const said = await tryRun(program, ["--version"], { timeout: ANSWER_MS });
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

/** Programs of a name, in the order of PATH. */
function onPath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name)).filter(isProgram);
}

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
