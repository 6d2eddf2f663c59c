// npm test: set up, then every suite; the last line counts all of them. Arguments choose suites: unit, trainer, e2e,
// forge. The last needs a Gitea, which it builds when it is asked for by name; otherwise it runs where there is one already.
// All that are chosen run at once, so that no core waits for the last test of a suite. The trainer's computes and hardly waits: it
// is two processes, which take what the others leave, and are done when they are.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readJson, root, toolchainFile } from "./setup/places.mjs";
import { failedInPytest, failedInVitest } from "./failed-tests.mjs";
import { buildGitea, builtGitea } from "./forge/gitea.mjs";
import { setUpOrExit } from "./setup.mjs";

/** Of the trainer's suite: others have tests that wait for something until a time is over. Where it ends last, both cores work. */
const NICE = 5;

await setUpOrExit();
// As the product does: where nothing compiled is kept, each start of Python takes twice as long or more.
delete process.env.PYTHONDONTWRITEBYTECODE;
const results = fs.mkdtempSync(path.join(os.tmpdir(), "reprise-results-"));
/** The tests that failed, in words. */
const told = [];

function run(command, args, { env = {}, output = "inherit", nice = 0 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...{ cwd: root, stdio: ["inherit", output, output], env: { ...process.env, ...env } },
    });
    if (nice > 0 && child.pid !== undefined) os.setPriority(child.pid, Math.max(nice, os.getPriority()));
    child.on("exit", (code) => resolve(code ?? 1));
    child.on("error", () => resolve(1));
  });
}

const WHOLE_RUNS = new Set(["tests/e2e/", "tests/forge/"]);
const tests = fs.readdirSync(path.join(root, "tests"), { withFileTypes: true });
/** Suites that Vitest runs, with what it is told of their files: beginnings of their paths. */
const SUITES = {
  unit: tests
    .map((entry) => (entry.isDirectory() ? `tests/${entry.name}/` : `tests/${entry.name}`))
    .filter((place) => !WHOLE_RUNS.has(place)),
  e2e: ["tests/e2e/"],
  forge: ["tests/forge/"],
};

/** Suites, in one run: a file of any begins when there is room for it. */
async function vitest(names) {
  const file = path.join(results, "vitest.json");
  const binary = path.join(root, "node_modules", "vitest", "vitest.mjs");
  const args = ["run", ...names.flatMap((name) => SUITES[name])];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  // Whole runs alone: each needs more of the machine than other tests do.
  const env = names.includes("unit") ? {} : { VITEST_MAX_WORKERS: "2" };
  const code = await run(process.execPath, [binary, ...args, ...reporters], { env });
  const report = readJson(file);
  const { numPassedTests: passed = 0, numFailedTests: failed = 0, numPendingTests: skipped = 0 } = report;
  told.push(...failedInVitest(report, root));
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}

/** Folders of tests/trainer that take half of the time; the other half are all others. */
const HALF = ["launching", "frames", "checkpoints", "kinds"].map((name) => `tests/trainer/${name}`);

/** A part of the trainer's suite: of what files, and what pytest said. */
async function pytest(name, files) {
  const place = path.join(results, name);
  const python = process.env.REPRISE_PYTHON || readJson(toolchainFile).python;
  const options = ["-c", "trainer/pyproject.toml", "-q", "-rs", "--no-header", `--junitxml=${place}.xml`];
  const env = { OMP_NUM_THREADS: "1", HF_HUB_OFFLINE: "1" };
  const output = fs.openSync(`${place}.txt`, "w");
  const code = await run(python, ["-m", "pytest", ...options, ...files], { env, output, nice: NICE });
  fs.closeSync(output);
  const suite = fs.existsSync(`${place}.xml`) ? fs.readFileSync(`${place}.xml`, "utf8") : "";
  const count = (of) => Number(new RegExp(`<testsuite [^>]*\\b${of}="([0-9]+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  told.push(...failedInPytest(suite));
  return {
    passed: count("tests") - failed - count("skipped"),
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: count("skipped"),
    said: fs.readFileSync(`${place}.txt`, "utf8"),
  };
}

/** The trainer's suite, in two processes. */
function trainer() {
  const parts = { one: HALF, other: ["tests/trainer", ...HALF.map((folder) => `--ignore=${folder}`)] };
  return Promise.all(Object.entries(parts).map((part) => pytest(...part)));
}

/** Why there is no Gitea to test with; undefined where there is one. */
async function whyNoForge() {
  if (chosen.includes("forge")) return (await buildGitea()).missing;
  return builtGitea() === null ? "Gitea is not built: `npm test -- forge` does that." : undefined;
}

const chosen = process.argv.slice(2);
const isChosen = (name) => chosen.length === 0 || chosen.includes(name);
const all = [];
let names = Object.keys(SUITES).filter(isChosen);
const missing = names.includes("forge") ? await whyNoForge() : undefined;
if (missing !== undefined) {
  console.log(`Tests with a real forge are skipped. ${missing}`);
  names = names.filter((name) => name !== "forge");
  all.push({ passed: 0, failed: 0, skipped: 1 });
}
if (isChosen("trainer")) console.log("What the trainer's suite says comes at the end.");
const beside = isChosen("trainer") ? trainer() : [];
if (names.length > 0) all.push(await vitest(names));
for (const { said, ...counts } of await beside) {
  console.log(`\n${said}`);
  all.push(counts);
}
const total = { passed: 0, failed: 0, skipped: 0 };
for (const counts of all) for (const key of Object.keys(total)) total[key] += counts[key];
fs.rmSync(results, { recursive: true, force: true });
for (const line of told) console.log(`FAILED ${line}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1);
