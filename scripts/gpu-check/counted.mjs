// What the product says of st-r1.yaml on one GPU: its steps with all parameters, and preflight's numbers.
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../setup/places.mjs";

const run = promisify(execFile);
const RECIPE = [path.join(root, "recipes", "st-r1.yaml"), "--profile", "single-gpu", "--json"];

async function reprise(command, ...settings) {
  const sets = settings.flatMap((setting) => ["--set", setting]);
  const main = path.join(root, "dist", "cli", "main.js");
  const { stdout } = await run(process.execPath, [main, command, ...RECIPE, ...sets], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  return Object.fromEntries(JSON.parse(stdout).steps.map((step) => [step.id, step]));
}

/** Steps of the plan by id. */
export const planned = () => reprise("plan");

/** By check: bytes of each phase, what is assumed beside them, and seconds of a unit of work. */
export async function counted() {
  const usual = await reprise("preflight");
  const kept = await reprise("preflight", "steps.grpo.with.activation_checkpointing=false");
  const { sft, grpo, score_base: evaluation } = usual;
  // The plan's accumulation for GRPO; the checks' own for SFT.
  return {
    sft: countedOf(sft, 4),
    "sft-flash": countedOf(sft, 4),
    grpo: countedOf(grpo, 4, { merging: usual.merge.phases.merging }),
    evaluation: countedOf(evaluation, 1),
    "grpo-kept": countedOf(kept.grpo, 4),
  };
}

const sum = (parts) => Object.values(parts).reduce((all, bytes) => all + bytes, 0);

function countedOf(step, rows, more = {}) {
  const phases = Object.entries({ ...step.phases, ...more }).map(([name, parts]) => [name, sum(parts)]);
  return {
    phases: Object.fromEntries(phases),
    overhead: step.neededGb * 1e9 - Math.max(...Object.values(step.phases).map(sum)),
    seconds: (step.flops_per_row * rows) / speedOf(step.gpu),
  };
}

const speedOf = (gpu) => {
  const gpus = JSON.parse(fs.readFileSync(path.join(root, "schemas", "gpus.json"), "utf8"));
  // The share that preflight takes of the data sheet's speed.
  return gpus[gpu].tflops * 1e12 * 0.3;
};
