// npm test: set up, then every suite; the last line counts all of them. Arguments choose suites: unit, trainer, e2e,
// forge. The last needs a Gitea, which it builds when it is asked for by name; otherwise it runs where there is one already.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readJson, root, toolchainFile } from "./setup/places.mjs";
import { failedInPytest, failedInVitest } from "./failed-tests.mjs";
import { buildGitea, builtGitea } from "./forge/gitea.mjs";
import { setUpOrExit } from "./setup.mjs";

await setUpOrExit();
// As the product does: where nothing compiled is kept, each start of Python takes twice as long or more.
delete process.env.PYTHONDONTWRITEBYTECODE;
const results = fs.mkdtempSync(path.join(os.tmpdir(), "reprise-results-"));
/** The tests that failed, in words. */
const told = [];

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
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

async function pytest() {
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
  const code = await run(python, args, { OMP_NUM_THREADS: "1", HF_HUB_OFFLINE: "1" });
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
    ? vitest("forge", ["tests/forge", "--no-file-parallelism"])
    : { passed: 0, failed: 0, skipped: 1 };
}

// Whole runs come last and alone: they need both cores.
const SUITES = {
  unit: () => vitest("unit", ["--exclude", "tests/e2e/**", "--exclude", "tests/forge/**"]),
  trainer: pytest,
  e2e: () => vitest("e2e", ["tests/e2e", "--no-file-parallelism"]),
  forge,
};
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, suite] of Object.entries(SUITES)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const counts = await suite();
  for (const key of Object.keys(total)) total[key] += counts[key];
}
fs.rmSync(results, { recursive: true, force: true });
for (const line of told) console.log(`FAILED ${line}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1);
