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
/** The SDK wants a map of the sources in it. Two thirds of what each worker reads would be one for stack traces that it does not make. */
function withoutMap(code) {
  const map = { version: 3, sources: [], names: [], mappings: "" };
  const encoded = Buffer.from(JSON.stringify(map)).toString("base64");
  const [own, ...maps] = code.split(
    /(?<=sourceMappingURL=data:application\/json;(?:charset=utf-8;)?base64,)[\w+/=]+\s*$/,
  );
  if (maps.length !== 1) throw new Error("The workflows' bundle has no map at its end any more.");
  return `${own}${encoded}\n`;
}

for (const [workflows, file] of [
  ["workflows", "workflow-bundle.js"],
  ["workflows/gitops", "gitops-bundle.js"],
]) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(dist, workflows, "index.js"),
    logger: { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error },
  });
  fs.writeFileSync(path.join(dist, file), withoutMap(code));
}
// By this name an installed package finds what was set up for its toolchain.
writeJson(path.join(dist, "toolchain.json"), { name: digestOf(TOOLCHAIN_SOURCES).slice(0, 16) });
await bundleCommand(dist);
fs.chmodSync(path.join(dist, "cli/main.js"), 0o755);
