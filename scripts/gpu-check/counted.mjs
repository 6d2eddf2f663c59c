// What the product says of st-r1.yaml on one GPU: its steps with all parameters, and preflight's numbers.
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../setup/places.mjs";

const run = promisify(execFile);
const ST_R1 = [path.join(root, "recipes", "st-r1.yaml"), "--profile", "single-gpu"];

/** Steps by id, as a command of the product gives them for a recipe. */
export async function stepsOf(command, recipe, ...settings) {
  const sets = settings.flatMap((setting) => ["--set", setting]);
  const main = path.join(root, "dist", "cli", "main.js");
  const { stdout } = await run(process.execPath, [main, command, ...recipe, "--json", ...sets], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  return Object.fromEntries(JSON.parse(stdout).steps.map((step) => [step.id, step]));
}

/** Steps of the plan by id. */
export const planned = () => stepsOf("plan", ST_R1);

/** By check: bytes of each phase, what is assumed beside them, and seconds of a unit of work. */
export async function counted() {
  const usual = await stepsOf("preflight", ST_R1);
  const kept = await stepsOf("preflight", ST_R1, "steps.grpo.with.activation_checkpointing=false");
  const { sft, grpo, score_base: evaluation } = usual;
  // The plan's accumulation for GRPO; the checks' own for SFT.
  return {
    sft: countedOf(sft, 4),
    "sft-flash": countedOf(sft, 4),
    grpo: countedOf(grpo, 4),
    evaluation: countedOf(evaluation, 1),
    "grpo-kept": countedOf(kept.grpo, 4),
  };
}

// What the allocator holds and no tensor needs, as preflight names it.
const HELD = "held free";

function countedOf(step, rows) {
  const phases = Object.entries(step.phases).map(([name, parts]) => {
    const [held, tensors] = [true, false].map((wanted) =>
      Object.entries(parts)
        .filter(([part]) => part.startsWith(HELD) === wanted)
        .reduce((all, [, bytes]) => all + bytes, 0),
    );
    return [name, { tensors, held }];
  });
  const seconds = step.flops_per_row / (speedOf(step.gpu) * step.share_of_speed) + step.waiting_per_row;
  return { phases: Object.fromEntries(phases), overhead: step.overhead, seconds: rows * seconds };
}

const speedOf = (gpu) =>
  JSON.parse(fs.readFileSync(path.join(root, "schemas", "gpus.json"), "utf8"))[gpu].tflops * 1e12;
