// npm test: set up, then every suite; the last line counts all of them. Arguments choose suites: unit, trainer, e2e,
// forge. The last needs a Gitea, which it builds when it is asked for by name; otherwise it runs where there is one already.
// The trainer's suite computes on one core while the others wait for processes: it runs beside them, and gives way.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readJson, root, toolchainFile } from "./setup/places.mjs";
import { failedInPytest, failedInVitest } from "./failed-tests.mjs";
import { buildGitea, builtGitea } from "./forge/gitea.mjs";
import { setUpOrExit } from "./setup.mjs";

/** What runs beside takes the time that is left over. */
const NICE = 10;

await setUpOrExit();
// As the product does: where nothing compiled is kept, each start of Python takes twice as long or more.
delete process.env.PYTHONDONTWRITEBYTECODE;
const results = fs.mkdtempSync(path.join(os.tmpdir(), "reprise-results-"));
/** The tests that failed, in words. */
const told = [];

function run(command, args, { env = {}, output = "inherit", givesWay = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...{ cwd: root, stdio: ["inherit", output, output], env: { ...process.env, ...env } },
    });
    if (givesWay && child.pid !== undefined) os.setPriority(child.pid, Math.max(NICE, os.getPriority()));
    child.on("exit", (code) => resolve(code ?? 1));
    child.on("error", () => resolve(1));
  });
}

async function vitest(name, filters) {
  const file = path.join(results, `${name}.json`);
  const binary = path.join(root, "node_modules", "vitest", "vitest.mjs");
  const code = await run(process.execPath, [
    binary,
    "run",
    ...filters,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  const report = readJson(file);
  const { numPassedTests: passed = 0, numFailedTests: failed = 0, numPendingTests: skipped = 0 } = report;
  told.push(...failedInVitest(report, root));
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}

async function pytest({ output, givesWay } = {}) {
  const file = path.join(results, "pytest.xml");
  const python = process.env.REPRISE_PYTHON || readJson(toolchainFile).python;
  const args = [
    "-m",
    "pytest",
    "-c",
    "trainer/pyproject.toml",
    "-q",
    "-rs",
    "--no-header",
    `--junitxml=${file}`,
    "tests/trainer",
  ];
  const env = { OMP_NUM_THREADS: "1", HF_HUB_OFFLINE: "1" };
  const code = await run(python, args, { env, output, givesWay });
  const suite = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const count = (name) => Number(new RegExp(`<testsuite [^>]*\\b${name}="([0-9]+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  told.push(...failedInPytest(suite));
  return {
    passed: count("tests") - failed - count("skipped"),
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: count("skipped"),
  };
}

const chosen = process.argv.slice(2);

async function forge() {
  const { missing } = chosen.includes("forge")
    ? await buildGitea()
    : builtGitea() === null
      ? { missing: "Gitea is not built: `npm test -- forge` does that." }
      : {};
  if (missing !== undefined) console.log(`Tests with a real forge are skipped. ${missing}`);
  return missing === undefined
    ? vitest("forge", ["tests/forge", "--maxWorkers=2"])
    : { passed: 0, failed: 0, skipped: 1 };
}

// Whole runs need more of the machine than the others.
const SUITES = {
  unit: () => vitest("unit", ["--exclude", "tests/e2e/**", "--exclude", "tests/forge/**"]),
  e2e: () => vitest("e2e", ["tests/e2e", "--maxWorkers=2"]),
  forge,
};
const isChosen = (name) => chosen.length === 0 || chosen.includes(name);
const others = Object.keys(SUITES).filter(isChosen);

/** The trainer's suite; beside others its output waits in a file. */
async function trainer() {
  if (others.length === 0) return { counts: await pytest() };
  console.log("The trainer's suite runs beside the others; its output follows theirs.");
  const file = path.join(results, "pytest.txt");
  const output = fs.openSync(file, "w");
  const counts = await pytest({ output, givesWay: true });
  fs.closeSync(output);
  return { counts, file };
}

const beside = isChosen("trainer") ? trainer() : null;
const all = [];
for (const name of others) all.push(await SUITES[name]());
if (beside !== null) {
  const { counts, file } = await beside;
  if (file !== undefined) console.log(`\n${fs.readFileSync(file, "utf8")}`);
  all.push(counts);
}
const total = { passed: 0, failed: 0, skipped: 0 };
for (const counts of all) for (const key of Object.keys(total)) total[key] += counts[key];
fs.rmSync(results, { recursive: true, force: true });
for (const line of told) console.log(`FAILED ${line}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1);
