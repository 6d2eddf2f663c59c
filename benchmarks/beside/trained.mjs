// What benchmarks of trainings share: a step run anew through the engine, and what its events say it took.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { readJsonLines } from "../../dist/store/files.js";

const root = path.resolve(import.meta.dirname, "..", "..");

const cli = path.join(root, "dist", "cli", "main.js");

/** The environment of a script that trains beside the engine: one thread, and nothing looked up on a hub. */
export const ALONE = {
  PYTHONPATH: path.join(root, "trainer"),
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  HF_HUB_OFFLINE: "1",
  TOKENIZERS_PARALLELISM: "false",
  PYTHONHASHSEED: "0",
};

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Ends the server that runs in a folder have started. */
export const stopServer = (folder) => execa(process.execPath, [cli, "down"], { cwd: folder, reject: false });

/** Runs a recipe in a folder; gives the record of one of its steps, which the next run makes anew, and its seconds per optimizer step. */
export async function trainedStep(folder, recipe, id) {
  const { stdout } = await execa(process.execPath, [cli, "run", recipe, "--json"], {
    cwd: folder,
    reject: false,
  });
  const record = JSON.parse(stdout);
  const step = record.steps?.find((one) => one.id === id);
  if (step?.status !== "done")
    throw new Error(`'${id}' is ${step?.status}: ${JSON.stringify(step?.failure ?? record)}`);
  const home = path.join(folder, ".reprise");
  const events = await readJsonLines(path.join(home, "runs", record.run, step.events));
  const { train_runtime: seconds } = events.find(({ values }) => values?.train_runtime !== undefined).values;
  fs.rmSync(path.join(home, "steps", `${step.fingerprint}.json`));
  return { step, home, perStep: seconds / step.metrics.steps };
}
