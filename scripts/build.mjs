// Compiles the TypeScript, copies the schemas and bundles the workflow code, into dist/.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { bundleWorkflowCode } from "@temporalio/worker";

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
fs.cpSync(path.join(root, "schemas"), path.join(dist, "schemas"), {
  recursive: true,
  filter: (source) => fs.statSync(source).isDirectory() || source.endsWith(".json"),
});
fs.cpSync(path.join(root, "report/style.css"), path.join(dist, "report/style.css"));
await import("./build/validators.mjs").then(({ writeValidators }) => writeValidators(dist));
// One file instead of hundreds: the chart library is most of the time that a short command takes to start.
const charts = path.join(dist, "report/charts.js");
await esbuild.build({
  entryPoints: [charts],
  outfile: charts,
  allowOverwrite: true,
  bundle: true,
  external: ["./html.js"],
  minify: true,
  format: "esm",
  platform: "node",
});
const { code } = await bundleWorkflowCode({
  workflowsPath: path.join(dist, "workflows/index.js"),
  logger: { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error },
});
fs.writeFileSync(path.join(dist, "workflow-bundle.js"), code);
fs.chmodSync(path.join(dist, "cli/main.js"), 0o755);
