// What `npm run gpu-check` was asked; a sentence, and exit 2, for what it cannot do. Before anything is counted.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { readJson, toolchainFile } from "../setup/places.mjs";
import { readRun, repliesFile, SCORES } from "./demo.mjs";

const HELP = `npm run gpu-check -- [OPTIONS]: measures on a CUDA GPU what preflight counts; see docs/gpu.md.
  --part N          only this part: 1, 2, or with --demo 3
  --minutes N       what cannot begin by then is left out (15)
  --out FOLDER      where results and logs go (gpu-check)
  --work FOLDER     keeps the models that are made, for a second call
  --demo RUN        the trainings of a finished run of the demo as well, such as .reprise/runs/demo-…
  --prepare FOLDER  writes what another machine needs, which has PyTorch and no Node
  --read FOLDER     with --demo: the verdict on the demo, of what another machine measured
  --dry             scaled down, on a processor: that everything works, no numbers`;
const OPTIONS = {
  dry: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  minutes: { type: "string", default: "15" },
  out: { type: "string", default: "gpu-check" },
  ...Object.fromEntries(
    ["part", "work", "demo", "prepare", "read"].map((name) => [name, { type: "string" }]),
  ),
};

class Refused extends Error {}

/** The options, with `demo` as a run that was read. Ends the process for --help, or where they cannot be. */
export function readOptions() {
  try {
    return checked(parseArgs({ options: OPTIONS }).values);
  } catch (error) {
    if (!(error instanceof Refused) && !String(error.code).startsWith("ERR_PARSE_ARGS")) throw error;
    console.error(error.message);
    return process.exit(2);
  }
}

function checked(given) {
  if (given.help) {
    console.log(HELP);
    process.exit(0);
  }
  const parts = given.demo === undefined ? ["1", "2"] : ["1", "2", "3"];
  if (given.part !== undefined && !parts.includes(given.part))
    throw new Refused(`There is no part '${given.part}': there are ${parts.join(", ")}; 3 needs --demo.`);
  if (!(Number(given.minutes) > 0))
    throw new Refused(`--minutes is a number above 0, not '${given.minutes}'.`);
  if (given.read !== undefined && given.demo === undefined)
    throw new Refused("--read needs --demo as well: the run whose trainings were made on the GPU.");
  const demo = given.demo === undefined ? undefined : refusing(() => readRun(given.demo));
  if (given.read === undefined) refusing(() => makeFolder(path.resolve(given.prepare ?? given.out)));
  else for (const score of SCORES) requireFile(repliesFile(given.read, score));
  return { ...given, demo };
}

function refusing(act) {
  try {
    return act();
  } catch (error) {
    throw new Refused(error.message, { cause: error });
  }
}

function makeFolder(folder) {
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    throw new Error(`'${folder}' cannot be written (${error.code}): name another folder.`, {
      cause: error,
    });
  }
}

function requireFile(file) {
  if (!fs.existsSync(file))
    throw new Refused(`'${file}' is missing: --read takes the folder that --out named, after part 3.`);
}

/** The trainers' Python, once it is set up. */
export const pythonHere = () => process.env.REPRISE_PYTHON || readJson(toolchainFile).python;

/** Ends the process where PyTorch sees no GPU: asked of the trainers' own Python, so after set-up. */
export function requireGpu() {
  const asked = "import sys, torch; sys.exit(0 if torch.cuda.is_available() else 3)";
  const { status } = spawnSync(pythonHere(), ["-c", asked], { stdio: "ignore" });
  if (status === 0) return;
  console.error(
    "PyTorch sees no CUDA GPU here. On a processor 'npm run gpu-check -- --dry' tries the checks out; with --prepare they can be carried to another machine.",
  );
  process.exit(2);
}
