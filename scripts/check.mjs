// npm run check: everything that keeps the code in shape, in one command. Tests are `npm test`.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { ROOM_NAMES } from "./rooms.mjs";
import { readJson, root, toolchainFile } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

await setUpOrExit(["node", "python"]);
const python = process.env.REPRISE_PYTHON || readJson(toolchainFile).python;
const ruff = path.join(path.dirname(python), "ruff");
const npx = (name, ...args) => [path.join(root, "node_modules", ".bin", name), args];
const PYTHON = ["trainer", "tests/trainer", "tests/support", "benchmarks", "recipes"];

const CHECKS = {
  "types (TypeScript)": npx("tsc", "-p", "."),
  "what is generated from the schemas": [process.execPath, ["scripts/generate.mjs", "--check"]],
  "recipe in the README": [process.execPath, ["scripts/readme-recipe.mjs", "--check"]],
  "lint (TypeScript)": npx("oxlint", "--type-aware", "--deny-warnings"),
  "import direction and cycles": npx("depcruise", "--config", ".dependency-cruiser.mjs", ...ROOM_NAMES),
  "dead code": npx("knip"),
  "docs as a site, and its links": [process.execPath, ["scripts/docs.mjs"]],
  format: npx("prettier", "--check", "--log-level", "warn", "."),
  "types (Python)": npx("pyright", "--pythonpath", python),
  "lint (Python)": [ruff, ["check", "--quiet", "--config", "trainer/pyproject.toml", ...PYTHON]],
  "format (Python)": [
    ruff,
    ["format", "--check", "--quiet", "--config", "trainer/pyproject.toml", ...PYTHON],
  ],
};

let failed = 0;
for (const [name, [command, args]] of Object.entries(CHECKS)) {
  const start = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  console.log(
    `${status === 0 ? "ok    " : "FAILED"} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`,
  );
  if (status === 0) continue;
  failed += 1;
  console.log(`${stdout}${stderr}`.trimEnd());
}
console.log(failed === 0 ? "All checks passed." : `${failed} checks failed.`);
process.exit(failed === 0 ? 0 : 1);
