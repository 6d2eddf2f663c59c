// Sets this checkout up: packages and build, Python environment, Temporal server, side by side. Needs only Node.
// `npm run setup -- node` (or python, server) prepares that part alone.
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { wantsCuda } from "./setup/cuda.mjs";
import { readJson, stampOf, stateFile, toolchainFile, writeJson } from "./setup/places.mjs";
import { SetupError } from "./setup/setup-error.mjs";
import { EVERYTHING } from "./setup/sources.mjs";

const OLDEST_NODE = [20, 19];
const PARTS = ["node", "python", "server"];

/** Sets up what is missing or changed of the given parts. Throws SetupError with what to do. */
export async function setUp(parts = PARTS) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new SetupError(
      `Node ${OLDEST_NODE.join(".")} or newer is needed, this is ${process.versions.node}. Get it from https://nodejs.org.`,
    );
  }
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined)
    throw new SetupError(`There is no part '${unknown}' to set up. There are: ${PARTS.join(", ")}.`);
  const state = readJson(stateFile);
  const tools = readJson(toolchainFile);
  const stamp = `${stampOf(EVERYTHING)} ${process.version} ${wantsCuda() ? "cuda" : "cpu"}`;
  const missing = parts.filter((part) => state.stamps?.[part] !== stamp || !isThere[part](tools));
  if (missing.length > 0) await prepare(missing, { state, tools, stamp });
}

const exists = (file) => Boolean(file) && fs.existsSync(file);
const { REPRISE_PYTHON, REPRISE_FFMPEG, REPRISE_SERVER, TEMPORAL_ADDRESS } = process.env;

/** By a look at paths alone: nothing is read or started. */
const isThere = {
  node: () => true,
  python: (tools) => exists(REPRISE_PYTHON || tools.python) && exists(REPRISE_FFMPEG || tools.ffmpeg),
  server: (tools) => Boolean(TEMPORAL_ADDRESS) || exists(REPRISE_SERVER || tools.server),
};

/** Each part by itself: what succeeded is kept, so that the next try only does the rest. */
async function prepare(parts, { state, tools, stamp }) {
  const { setUpPackages } = await import("./setup/packages.mjs");
  const { setUpPython } = await import("./setup/python.mjs");
  const { setUpServer } = await import("./setup/server.mjs");
  const work = { node: () => setUpPackages(state), python: setUpPython, server: setUpServer };
  const results = await Promise.allSettled(parts.map((part) => work[part]()));
  const failures = results.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  const unexpected = failures.find((error) => !(error instanceof SetupError));
  if (unexpected) throw unexpected;
  const made = Object.fromEntries(parts.map((part, index) => [part, results[index].value]));
  const done = parts.filter((part) => made[part] !== undefined);
  const stamps = { ...state.stamps, ...Object.fromEntries(done.map((part) => [part, stamp])) };
  // A failed installation of packages leaves nothing to note the rest in.
  if (!parts.includes("node") || done.includes("node")) {
    writeJson(stateFile, { ...state, ...made.node, stamps });
    writeJson(toolchainFile, {
      python: null,
      ffmpeg: null,
      cuda: null,
      server: null,
      ...tools,
      ...made.python,
      ...made.server,
    });
  }
  if (failures.length > 0) throw new SetupError(failures.map(({ message }) => message).join("\n\n"));
}

/** For scripts: sets up, or ends the process with a sentence. */
export async function setUpOrExit(parts) {
  try {
    await setUp(parts);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(5);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const parts = process.argv.slice(2);
  await setUpOrExit(parts.length > 0 ? parts : undefined);
}
