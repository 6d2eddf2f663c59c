// npm run gpu-check: measures on a CUDA GPU what preflight counts; see docs/gpu.md. With --prepare FOLDER it only writes
// what another machine needs, which has PyTorch and no Node.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { makeChecks, trainer, writeChecks } from "./gpu-check/checks.mjs";
import { carry } from "./gpu-check/carry.mjs";
import { readJson, toolchainFile } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

const OPTIONS = {
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

const given = read();
await setUpOrExit();
const checks = await makeChecks(given.dry);
if (given.prepare !== undefined) {
  const folder = path.resolve(given.prepare);
  writeChecks(checks, folder);
  await carry(folder);
  console.log(`Carry '${folder}' to the machine, and run in it, for each part (1 and 2):
  PYTHONPATH=site:. python3 -m reprise_trainer.gpu_check checks.json --out out --work work --part 1`);
  process.exit(0);
}
const file = writeChecks(checks, path.resolve(given.out));
const more = ["part", "work"].flatMap((name) =>
  given[name] === undefined ? [] : [`--${name}`, given[name]],
);
const { status } = spawnSync(
  readJson(toolchainFile).python,
  ["-m", "reprise_trainer.gpu_check", file, "--out", given.out, "--minutes", given.minutes, ...more],
  { stdio: "inherit", env: { ...process.env, PYTHONPATH: trainer } },
);
process.exit(status ?? 1);
