// One step through the command, in a folder.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";

const cli = path.join(path.dirname(path.dirname(import.meta.dirname)), "dist", "cli", "main.js");

/** Seconds of a step, with nothing to reuse, and the folder of its output `dataset`. `inputs` and `step` are as in a recipe. */
export async function resultOfStep(folder, step, inputs = "{}") {
  fs.writeFileSync(
    path.join(folder, "bench.yaml"),
    `recipe: 1\nname: bench\ninputs: ${inputs}\nsteps:\n  it: ${step}\n`,
  );
  const home = path.join(folder, ".reprise");
  for (const part of ["steps", "artifacts"])
    fs.rmSync(path.join(home, part), { recursive: true, force: true });
  const { stdout } = await execa(process.execPath, [cli, "run", "bench.yaml", "--json"], { cwd: folder });
  const [{ started, ended, outputs }] = JSON.parse(stdout).steps;
  return {
    seconds: (Date.parse(ended) - Date.parse(started)) / 1000,
    output: path.join(home, outputs.dataset.uri),
  };
}

/** Ends the server that the steps used. */
export const down = (folder) => execa(process.execPath, [cli, "down"], { cwd: folder, reject: false });
