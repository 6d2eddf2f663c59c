// Sets this checkout up: packages and build, Python environment, Temporal server, side by side. Needs only Node.
// `npm run setup -- node` (or command, python, server) prepares that part alone: command is what node is, without the packages
// that only checks need. Of an installed package there is neither, and `reprise setup` calls it. With --kept nothing is got or made,
// and only what the cache has is noted; with --soon what a run makes by itself, in the background, is left to it.
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
import { isCompiled } from "./setup/python-place.mjs";
import { SetupError } from "./setup/setup-error.mjs";
import { EVERYTHING } from "./setup/sources.mjs";

const OLDEST_NODE = [20, 19];
const PARTS = [...(isCheckout ? ["node"] : []), "python", "server"];
const KNOWN = [...PARTS, ...(isCheckout ? ["command"] : [])];

/** Sets up what is missing or changed of the given parts. Throws SetupError with what to do. */
export async function setUp(parts = PARTS, options = {}) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new SetupError(
      `Node ${OLDEST_NODE.join(".")} or newer is needed, this is ${process.versions.node}. Get it from https://nodejs.org.`,
    );
  }
  const unknown = parts.find((part) => !KNOWN.includes(part));
  if (unknown !== undefined)
    throw new SetupError(`There is no part '${unknown}' to set up. There are: ${KNOWN.join(", ")}.`);
  const wanted = parts.includes("node") ? parts.filter((part) => part !== "command") : parts;
  if (missingOf(wanted, options).length === 0) return;
  const { oneAtATime } = await import("./setup/one-at-a-time.mjs");
  // Another one may have made all of it meanwhile.
  await oneAtATime(async () => {
    const missing = missingOf(wanted, options);
    if (missing.length > 0) await prepare(missing, options);
  });
}

function stampNow(tools) {
  const { cuda } = wantsCuda(tools);
  const kind = `${machine} ${cuda ? "cuda" : "cpu"}`;
  // The name of a package's note already says which toolchain it is.
  return isCheckout ? `${stampOf(EVERYTHING)} ${process.version} ${kind}` : kind;
}

function missingOf(parts, { soon = false }) {
  const tools = readJson(toolchainFile);
  const { stamps = {} } = readJson(stateFile);
  const stamp = stampNow(tools);
  const isNoted = (part) => stamps[part] === stamp || (soon && stamps[part] === stamp + UNCOMPILED);
  return parts.filter((part) => !isNoted(part) || !isThere[part](tools));
}

/** What a part's stamp ends with that is there, but can be made better. */
const UNCOMPILED = " not compiled";

const exists = (file) => Boolean(file) && fs.existsSync(file);
const { REPRISE_PYTHON, REPRISE_FFMPEG, REPRISE_SERVER, TEMPORAL_ADDRESS } = process.env;

const isBuilt = () => fs.existsSync(path.join(root, "dist", "cli", "main.js"));

/** By a look at paths alone: nothing is read or started. */
const isThere = {
  node: isBuilt,
  command: isBuilt,
  python: (tools) => exists(REPRISE_PYTHON || tools.python) && exists(REPRISE_FFMPEG || tools.ffmpeg),
  server: (tools) => Boolean(TEMPORAL_ADDRESS) || exists(REPRISE_SERVER || tools.server),
};

/** Each part by itself: what succeeded is kept, so that the next try only does the rest. */
async function prepare(parts, { kept = false, soon = false }) {
  const { setUpPackages } = await import("./setup/packages.mjs");
  const { setUpPython } = await import("./setup/python.mjs");
  const { setUpServer } = await import("./setup/server.mjs");
  const state = readJson(stateFile);
  const tools = readJson(toolchainFile);
  const work = {
    node: () => setUpPackages(state, { all: true }),
    command: () => setUpPackages(state, { all: false }),
    python: () => setUpPython(tools, { kept, soon }),
    server: () => setUpServer(undefined, kept),
  };
  const results = await Promise.allSettled(parts.map((part) => work[part]()));
  const made = Object.fromEntries(parts.map((part, index) => [part, results[index].value]));
  // Null is what the cache does not have.
  const done = parts.filter((part) => made[part] != null);
  const packages = parts.find((part) => part === "node" || part === "command");
  // A failed installation of packages leaves nothing to note the rest in.
  if (packages === undefined || done.includes(packages)) {
    const known = { ...NO_TOOLS, ...tools, ...made.python, ...made.server };
    const stamp = stampNow(known);
    const noted = done.includes("node") ? [...done, "command"] : done;
    const stampFor = (part) => (part === "python" && !isCompiled(known.python) ? stamp + UNCOMPILED : stamp);
    const stamps = { ...state.stamps, ...Object.fromEntries(noted.map((part) => [part, stampFor(part)])) };
    writeJson(stateFile, { ...state, ...made[packages], stamps });
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
  const words = process.argv.slice(2);
  const options = { kept: words.includes("--kept"), soon: words.includes("--soon") };
  const parts = words.filter((word) => word !== "--kept" && word !== "--soon");
  await setUpOrExit(parts.length > 0 ? parts : undefined, options);
}
