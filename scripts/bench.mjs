// npm run bench -- NAME: measures one thing beside its alternative, in the same run. Without a name, lists them.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

const names = fs
  .readdirSync(path.join(root, "benchmarks"))
  .filter((file) => file.endsWith(".mjs"))
  .map((file) => path.parse(file).name);
const [name] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME, with NAME one of ${names.join(", ")}`);
  process.exit(2);
}
await setUpOrExit();
console.log(
  `${name}, ${new Date().toISOString().slice(0, 10)}, ${os.availableParallelism()} cores of ${os.cpus()[0].model}, Node ${process.versions.node}`,
);
const { bench } = await import(path.join(root, "benchmarks", `${name}.mjs`));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "reprise-bench-"));
try {
  await bench(folder);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
