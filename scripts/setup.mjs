// Sets this checkout up: packages and build, Python environment, Temporal server, side by side. Needs only Node.
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { digestOf, readJson, stateFile, toolchainFile, writeJson } from "./setup/places.mjs";
import { SetupError } from "./setup/run.mjs";
import { setUpPackages, SOURCES } from "./setup/packages.mjs";
import { setUpPython } from "./setup/python.mjs";
import { setUpServer } from "./setup/server.mjs";

const OLDEST_NODE = [20, 19];

/** Sets up what is missing or changed. Throws SetupError with what to do. */
export async function setUp() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new SetupError(
      `Node ${OLDEST_NODE.join(".")} or newer is needed, this is ${process.versions.node}. Get it from https://nodejs.org.`,
    );
  }
  const wanted =
    digestOf([
      "package.json",
      "package-lock.json",
      "trainer/requirements.lock",
      "scripts/setup",
      ...SOURCES,
    ]) + process.version;
  const state = readJson(stateFile);
  const tools = readJson(toolchainFile);
  const present = [tools.python, tools.ffmpeg].every((tool) => tool && fs.existsSync(tool));
  const server = process.env.TEMPORAL_ADDRESS || (tools.server && fs.existsSync(tools.server));
  if (state.wanted === wanted && present && server) return;

  const parts = await Promise.allSettled([setUpPackages(state), setUpPython(), setUpServer()]);
  const failures = parts.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  const unexpected = failures.find((error) => !(error instanceof SetupError));
  if (unexpected) throw unexpected;
  const [packages, python, temporal] = parts.map(({ value }) => value ?? {});
  // What succeeded is kept, so that the next try only does the rest.
  if (parts[0].status === "fulfilled") {
    writeJson(stateFile, { ...packages, ...(failures.length === 0 ? { wanted } : {}) });
    writeJson(toolchainFile, { python: null, ffmpeg: null, server: null, ...python, ...temporal });
  }
  if (failures.length > 0) throw new SetupError(failures.map(({ message }) => message).join("\n\n"));
}

/** For scripts: sets up, or ends the process with a sentence. */
export async function setUpOrExit() {
  try {
    await setUp();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(5);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await setUpOrExit();
