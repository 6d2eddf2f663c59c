// npm run gpu-check: measures on a CUDA GPU what preflight counts; see docs/gpu.md. With --prepare FOLDER it only writes
// what another machine needs, which has PyTorch and no Node.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { makeChecks, trainer, writeChecks } from "./gpu-check/checks.mjs";
import { carry } from "./gpu-check/carry.mjs";
import { carryRun, demoVerdict } from "./gpu-check/demo.mjs";
import { pythonHere, readOptions, requireGpu } from "./gpu-check/options.mjs";
import { setUpOrExit } from "./setup.mjs";

const given = readOptions();
const { demo } = given;
await setUpOrExit();
if (given.read !== undefined) {
  console.log(await demoVerdict(demo, given.read));
  process.exit(0);
}
if (!given.dry && given.prepare === undefined) requireGpu();
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
  pythonHere(),
  ["-m", "reprise_trainer.gpu_check", file, "--out", folder, "--minutes", given.minutes, ...more],
  { stdio: "inherit", env: { ...process.env, PYTHONPATH: trainer } },
);
if (status === 0 && demo !== undefined && ["3", undefined].includes(given.part))
  console.log(await demoVerdict(demo, folder));
process.exit(status ?? 1);
