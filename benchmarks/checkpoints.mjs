// What checkpoints cost the demo's GRPO: seconds per optimizer step with none, at the default interval, and every 10 steps.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { readJsonLines } from "../dist/store/files.js";

const ROUNDS = 3;
const STEPS = 100;
const root = path.dirname(import.meta.dirname);
const cli = path.join(root, "dist", "cli", "main.js");
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const INTERVALS = { none: `${10 * STEPS} steps`, "5m, the default": "5m", "10 steps": "10 steps" };

/** Seconds per optimizer step of the recipe's GRPO, which is forgotten again; everything before it is reused. */
async function secondsPerStep(folder, every) {
  const settings = [
    ...["--set", `steps.grpo.with.steps=${STEPS}`],
    ...["--set", `steps.grpo.checkpoint.every=${every}`],
  ];
  const { stdout } = await execa(
    process.execPath,
    [
      cli,
      "run",
      path.join(root, "recipes", "demo.yaml"),
      "--profile",
      "tiny",
      "--new",
      "--json",
      ...settings,
    ],
    { cwd: folder },
  );
  const record = JSON.parse(stdout);
  const step = record.steps.find(({ id }) => id === "grpo");
  const events = await readJsonLines(path.join(folder, ".reprise", "runs", record.run, step.events));
  const { train_runtime: seconds } = events.find(({ values }) => values?.train_runtime !== undefined).values;
  fs.rmSync(path.join(folder, ".reprise", "steps", `${step.fingerprint}.json`));
  const saved = events.filter(({ event }) => event === "checkpoint").length;
  return { seconds: seconds / STEPS, saved };
}

export async function bench(folder) {
  try {
    await secondsPerStep(folder, INTERVALS.none);
    const found = Object.fromEntries(Object.keys(INTERVALS).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, every] of Object.entries(INTERVALS))
        found[name].push(await secondsPerStep(folder, every));
    const without = median(found.none.map(({ seconds }) => seconds));
    for (const [name, runs] of Object.entries(found)) {
      const seconds = median(runs.map((run) => run.seconds));
      const ratios = runs.map((run, round) => run.seconds / found.none[round].seconds);
      console.log(
        `checkpoint every ${name}: ${(1000 * seconds).toFixed(1)} ms a step, ${runs[0].saved} checkpoints in ${STEPS} steps, ${(100 * (seconds / without - 1)).toFixed(1)} % over none (pairs ${ratios.map((ratio) => ratio.toFixed(3)).join(", ")})`,
      );
    }
    // Trainings that are shorter than the default interval save nothing; longer ones pay this each time.
    const often = found["10 steps"];
    const each = median(
      often.map(({ seconds, saved }, round) => ((seconds - found.none[round].seconds) * STEPS) / saved),
    );
    console.log(
      `one checkpoint: ${(1000 * each).toFixed(0)} ms of the training's time, ${((100 * each) / 300).toFixed(3)} % of 5 minutes`,
    );
  } finally {
    await execa(process.execPath, [cli, "down"], { cwd: folder, reject: false });
  }
}
