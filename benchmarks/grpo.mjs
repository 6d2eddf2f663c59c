// Seconds per optimizer step of train/grpo through the engine, against the algorithm of the paper's released code on the same
// model and rows.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { findToolchain } from "../dist/host/toolchain.js";
import { ALONE, median, stopServer, trainedStep } from "./beside/trained.mjs";

const PAIRS = 3;
const recipe = path.join(import.meta.dirname, "grpo.yaml");
const { python } = findToolchain();

/** A job as the engine's, for a script of its own. */
function jobOf(folder, { step, home }) {
  const run = fs.readdirSync(path.join(home, "runs")).sort().at(-1);
  const { steps } = JSON.parse(fs.readFileSync(path.join(home, "runs", run, "run.json"), "utf8")).request
    .plan;
  const { seed, ...params } = steps.find(({ id }) => id === step.id).params;
  const file = path.join(folder, "job.json");
  const inputs = Object.fromEntries(
    Object.entries(step.inputs).map(([name, { uri }]) => [name, path.join(home, uri)]),
  );
  const checkpoints = {
    directory: folder,
    every_steps: null,
    every_seconds: null,
    keep: 1,
    key: "",
    fields: {},
    inexact: [],
    resume: null,
  };
  const events = path.join(folder, "released.jsonl");
  const job = {
    kind: step.kind,
    params,
    inputs,
    outputs: {},
    events,
    result: path.join(folder, "released.json"),
    checkpoints,
    seed,
    threads: 1,
    beside: false,
    reproducible: "fastest",
  };
  fs.writeFileSync(file, JSON.stringify(job));
  return file;
}

async function released(job) {
  const { stdout } = await execa(python, [path.join(import.meta.dirname, "released_grpo.py"), job], {
    env: ALONE,
  });
  const { seconds } = JSON.parse(stdout.trim().split("\n").at(-1));
  return seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
}

export async function bench(folder) {
  try {
    const job = jobOf(folder, await trainedStep(folder, recipe, "grpo"));
    const rows = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const theirs = await released(job);
      const { perStep } = await trainedStep(folder, recipe, "grpo");
      rows.push({ perStep, theirs, ratio: theirs / perStep });
      console.log(
        `pair ${pair + 1}: engine ${(1000 * perStep).toFixed(0)} ms a step, released algorithm ${(1000 * theirs).toFixed(0)} ms, ${(theirs / perStep).toFixed(2)} times as fast`,
      );
    }
    const of = (key) => median(rows.map((row) => row[key]));
    console.log(
      `medians: engine ${(1000 * of("perStep")).toFixed(0)} ms, released algorithm ${(1000 * of("theirs")).toFixed(0)} ms, ${of("ratio").toFixed(2)} times as fast`,
    );
  } finally {
    await stopServer(folder);
  }
}
