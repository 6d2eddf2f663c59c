// Seconds per optimizer step of train/sft through the engine, against the same stock TRL trainer in a plain script.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { trainerFolder } from "../dist/core/package-root.js";
import { findToolchain } from "../dist/host/toolchain.js";
import { readJsonLines } from "../dist/store/files.js";

const PAIRS = 5;
const root = path.dirname(import.meta.dirname);
const cli = path.join(root, "dist", "cli", "main.js");
const { python } = findToolchain();
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs the recipe; all but the last step are reused. Gives the step's record and its seconds per optimizer step. */
async function throughEngine(folder) {
  const { stdout } = await execa(
    process.execPath,
    [cli, "run", path.join(root, "benchmarks", "sft.yaml"), "--json"],
    { cwd: folder },
  );
  const record = JSON.parse(stdout);
  const step = record.steps.find(({ id }) => id === "sft");
  const events = await readJsonLines(path.join(folder, ".reprise", "runs", record.run, step.events));
  const { train_runtime: seconds } = events.find(({ values }) => values?.train_runtime !== undefined).values;
  // Forgotten, so that the next run trains again.
  fs.rmSync(path.join(folder, ".reprise", "steps", `${step.fingerprint}.json`));
  return { step, perStep: seconds / step.metrics.steps };
}

async function plain(folder, { inputs }) {
  const store = path.join(folder, ".reprise");
  const args = [
    path.join(import.meta.dirname, "plain_sft.py"),
    path.join(store, inputs.model.uri),
    path.join(store, inputs.dataset.uri),
    path.join(folder, "plain"),
  ];
  const env = {
    PYTHONPATH: trainerFolder,
    OMP_NUM_THREADS: "1",
    MKL_NUM_THREADS: "1",
    HF_HUB_OFFLINE: "1",
    TOKENIZERS_PARALLELISM: "false",
  };
  const { stdout } = await execa(python, args, { env });
  return JSON.parse(stdout.trim().split("\n").at(-1)).seconds_per_step;
}

export async function bench(folder) {
  try {
    const { step } = await throughEngine(folder);
    const rows = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const alone = await plain(folder, step);
      const { perStep } = await throughEngine(folder);
      rows.push({ perStep, alone, ratio: perStep / alone });
      console.log(
        `pair ${pair + 1}: engine ${(1000 * perStep).toFixed(2)} ms a step, plain ${(1000 * alone).toFixed(2)} ms, ratio ${(perStep / alone).toFixed(3)}`,
      );
    }
    const of = (key) => median(rows.map((row) => row[key]));
    console.log(
      `medians: engine ${(1000 * of("perStep")).toFixed(2)} ms, plain ${(1000 * of("alone")).toFixed(2)} ms, ratio ${of("ratio").toFixed(3)} (${step.metrics.steps} steps, both with a checkpoint every 50)`,
    );
  } finally {
    await execa(process.execPath, [cli, "down"], { cwd: folder, reject: false });
  }
}
