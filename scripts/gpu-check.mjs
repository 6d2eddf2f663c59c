// npm run gpu-check: measures on a CUDA GPU what preflight counts; see docs/gpu.md. With --prepare FOLDER it only writes
// what another machine needs, which has PyTorch and no Node.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { makeChecks, trainer, writeChecks } from "./gpu-check/checks.mjs";
import { carry } from "./gpu-check/carry.mjs";
import { carryRun, demoVerdict, readRun } from "./gpu-check/demo.mjs";
import { readJson, toolchainFile } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

const OPTIONS = {
  // A finished run of the demo, whose trainings are made on the GPU as well, as part 3.
  demo: { type: "string" },
  // What another machine measured: only the verdict on the demo is still to be had.
  read: { type: "string" },
  dry: { type: "boolean", default: false },
  prepare: { type: "string" },
  out: { type: "string", default: "gpu-check" },
  part: { type: "string" },
  minutes: { type: "string", default: "15" },
  work: { type: "string" },
};

function read() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    console.error(
      `${error.message}\nThe options are ${Object.keys(OPTIONS)
        .map((name) => `--${name}`)
        .join(", ")}.`,
    );
    return process.exit(2);
  }
}

function runOrExit(folder) {
  try {
    return readRun(folder);
  } catch (error) {
    console.error(error.message);
    return process.exit(2);
  }
}

const given = read();
if (given.read !== undefined && given.demo === undefined) {
  console.error("--read needs --demo as well: the run whose trainings were made on the GPU.");
  process.exit(2);
}
await setUpOrExit();
const demo = given.demo === undefined ? undefined : runOrExit(given.demo);
if (given.read !== undefined) {
  console.log(await demoVerdict(demo, given.read));
  process.exit(0);
}
const checks = await makeChecks(given.dry, demo);
const folder = path.resolve(given.prepare ?? given.out);
const file = writeChecks(checks, folder);
if (demo !== undefined) carryRun(demo, folder);
if (given.prepare !== undefined) {
  await carry(folder);
  console.log(`Carry '${folder}' to the machine, and run in it, for each part (1, 2${demo === undefined ? "" : ", 3"}):
  PYTHONPATH=site:. python3 -m reprise_trainer.gpu_check checks.json --out out --work work --part 1`);
  process.exit(0);
}
const more = ["part", "work"].flatMap((name) =>
  given[name] === undefined ? [] : [`--${name}`, given[name]],
);
const { status } = spawnSync(
  readJson(toolchainFile).python,
  ["-m", "reprise_trainer.gpu_check", file, "--out", given.out, "--minutes", given.minutes, ...more],
  { stdio: "inherit", env: { ...process.env, PYTHONPATH: trainer } },
);
if (status === 0 && demo !== undefined && ["3", undefined].includes(given.part))
  console.log(await demoVerdict(demo, folder));
process.exit(status ?? 1);
