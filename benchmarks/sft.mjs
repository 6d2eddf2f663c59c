// Seconds per optimizer step of train/sft through the engine, against the same stock TRL trainer in a plain script.
import path from "node:path";
import { execa } from "execa";
import { findToolchain } from "../dist/host/toolchain.js";
import { ALONE, median, stopServer, trainedStep } from "./beside/trained.mjs";

const PAIRS = 5;
const recipe = path.join(import.meta.dirname, "sft.yaml");
const { python } = findToolchain();

async function plain(folder, { step, home }) {
  const args = [
    path.join(import.meta.dirname, "plain_sft.py"),
    path.join(home, step.inputs.model.uri),
    path.join(home, step.inputs.dataset.uri),
    path.join(folder, "plain"),
  ];
  const { stdout } = await execa(python, args, { env: ALONE });
  return JSON.parse(stdout.trim().split("\n").at(-1)).seconds_per_step;
}

export async function bench(folder) {
  try {
    const first = await trainedStep(folder, recipe, "sft");
    const rows = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const alone = await plain(folder, first);
      const { perStep } = await trainedStep(folder, recipe, "sft");
      rows.push({ perStep, alone, ratio: perStep / alone });
      console.log(
        `pair ${pair + 1}: engine ${(1000 * perStep).toFixed(2)} ms a step, plain ${(1000 * alone).toFixed(2)} ms, ratio ${(perStep / alone).toFixed(3)}`,
      );
    }
    const of = (key) => median(rows.map((row) => row[key]));
    console.log(
      `medians: engine ${(1000 * of("perStep")).toFixed(2)} ms, plain ${(1000 * of("alone")).toFixed(2)} ms, ratio ${of("ratio").toFixed(3)}`,
    );
  } finally {
    await stopServer(folder);
  }
}
