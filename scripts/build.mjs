// Compiles the TypeScript, copies the schemas, writes the validators, and bundles workflow code and command, into dist/.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";
import { bundleCommand } from "./build/bundle.mjs";
import { writeValidators } from "./build/validators.mjs";
import { digestOf, TOOLCHAIN_SOURCES, writeJson } from "./setup/places.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");
fs.rmSync(dist, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [path.join(root, "node_modules/typescript/bin/tsc"), "-p", path.join(root, "tsconfig.build.json")],
  {
    stdio: "inherit",
  },
);
for (const folder of ["schemas", "activities"])
  fs.cpSync(path.join(root, folder), path.join(dist, folder), {
    recursive: true,
    filter: (source) => fs.statSync(source).isDirectory() || source.endsWith(".json"),
  });
fs.cpSync(path.join(root, "report/style.css"), path.join(dist, "report/style.css"));
await writeValidators(dist);
for (const [workflows, file] of [
  ["workflows", "workflow-bundle.js"],
  ["workflows/gitops", "gitops-bundle.js"],
]) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(dist, workflows, "index.js"),
    logger: { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error },
  });
  fs.writeFileSync(path.join(dist, file), code);
}
// By this name an installed package finds what was set up for its toolchain.
writeJson(path.join(dist, "toolchain.json"), { name: digestOf(TOOLCHAIN_SOURCES).slice(0, 16) });
await bundleCommand(dist);
fs.chmodSync(path.join(dist, "cli/main.js"), 0o755);
