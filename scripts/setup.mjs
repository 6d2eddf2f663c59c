// Sets this checkout up: packages and build, Python environment, Temporal server, side by side. Needs only Node.
// `npm run setup -- node` (or python, server) prepares that part alone. Of an installed package there is no part node, and
// `reprise setup` calls it; with --kept nothing is got or made, and only what the cache has is noted.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { wantsCuda } from "./setup/cuda.mjs";
import {
  isCheckout,
  machine,
  readJson,
  root,
  stampOf,
  stateFile,
  toolchainFile,
  writeJson,
} from "./setup/places.mjs";
import { SetupError } from "./setup/setup-error.mjs";
import { EVERYTHING } from "./setup/sources.mjs";

const OLDEST_NODE = [20, 19];
const PARTS = [...(isCheckout ? ["node"] : []), "python", "server"];

/** Sets up what is missing or changed of the given parts. Throws SetupError with what to do. */
export async function setUp(parts = PARTS, { kept = false } = {}) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new SetupError(
      `Node ${OLDEST_NODE.join(".")} or newer is needed, this is ${process.versions.node}. Get it from https://nodejs.org.`,
    );
  }
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined)
    throw new SetupError(`There is no part '${unknown}' to set up. There are: ${PARTS.join(", ")}.`);
  if (missingOf(parts).length === 0) return;
  const { oneAtATime } = await import("./setup/one-at-a-time.mjs");
  // Another one may have made all of it meanwhile.
  await oneAtATime(async () => {
    const missing = missingOf(parts);
    if (missing.length > 0) await prepare(missing, kept);
  });
}

function stampNow(tools) {
  const { cuda } = wantsCuda(tools);
  const kind = `${machine} ${cuda ? "cuda" : "cpu"}`;
  // The name of a package's note already says which toolchain it is.
  return isCheckout ? `${stampOf(EVERYTHING)} ${process.version} ${kind}` : kind;
}

function missingOf(parts) {
  const tools = readJson(toolchainFile);
  const { stamps = {} } = readJson(stateFile);
  const stamp = stampNow(tools);
  return parts.filter((part) => stamps[part] !== stamp || !isThere[part](tools));
}

const exists = (file) => Boolean(file) && fs.existsSync(file);
const { REPRISE_PYTHON, REPRISE_FFMPEG, REPRISE_SERVER, TEMPORAL_ADDRESS } = process.env;

/** By a look at paths alone: nothing is read or started. */
const isThere = {
  node: () => fs.existsSync(path.join(root, "dist", "cli", "main.js")),
  python: (tools) => exists(REPRISE_PYTHON || tools.python) && exists(REPRISE_FFMPEG || tools.ffmpeg),
  server: (tools) => Boolean(TEMPORAL_ADDRESS) || exists(REPRISE_SERVER || tools.server),
};

/** Each part by itself: what succeeded is kept, so that the next try only does the rest. */
async function prepare(parts, kept) {
  const { setUpPackages } = await import("./setup/packages.mjs");
  const { setUpPython } = await import("./setup/python.mjs");
  const { setUpServer } = await import("./setup/server.mjs");
  const state = readJson(stateFile);
  const tools = readJson(toolchainFile);
  const work = {
    node: () => setUpPackages(state),
    python: () => setUpPython(tools, kept),
    server: () => setUpServer(undefined, kept),
  };
  const results = await Promise.allSettled(parts.map((part) => work[part]()));
  const made = Object.fromEntries(parts.map((part, index) => [part, results[index].value]));
  // Null is what the cache does not have.
  const done = parts.filter((part) => made[part] != null);
  // A failed installation of packages leaves nothing to note the rest in.
  if (!parts.includes("node") || done.includes("node")) {
    const known = { ...NO_TOOLS, ...tools, ...made.python, ...made.server };
    const stamp = stampNow(known);
    const stamps = { ...state.stamps, ...Object.fromEntries(done.map((part) => [part, stamp])) };
    writeJson(stateFile, { ...state, ...made.node, stamps });
    writeJson(toolchainFile, known);
  }
  const failures = results.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  const unexpected = failures.find((error) => !(error instanceof SetupError));
  if (unexpected) throw unexpected;
  if (failures.length > 0) throw new SetupError(failures.map(({ message }) => message).join("\n\n"));
}

const NO_TOOLS = { python: null, ffmpeg: null, cuda: null, cuda_said: false, server: null };

/** For scripts: sets up, or ends the process with a sentence. */
export async function setUpOrExit(parts, options) {
  try {
    await setUp(parts, options);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(5);
  }
}

if (fs.realpathSync(process.argv[1]) === fs.realpathSync(fileURLToPath(import.meta.url))) {
  const kept = process.argv.includes("--kept");
  const parts = process.argv.slice(2).filter((word) => word !== "--kept");
  await setUpOrExit(parts.length > 0 ? parts : undefined, { kept });
}
