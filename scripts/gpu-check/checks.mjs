// The checks: steps of st-r1.yaml for one GPU, with few rows, on random weights.
import fs from "node:fs";
import path from "node:path";
import { root } from "../setup/places.mjs";
import { counted, planned } from "./counted.mjs";
import { demoChecks } from "./demo.mjs";
import { jobFile } from "./job-file.mjs";
import { sizes } from "./sizes.mjs";

const SFT_OUTPUT = { adapter: "adapter" };

/** A step of st-r1.yaml on the model and the clips that are made, logged step by step. */
const jobOf = (step, { params = {}, model = "full", outputs, everySteps = 10 }) =>
  jobFile(
    { ...step, params: { ...step.params, logging_steps: 1, ...params } },
    { model, dataset: "clips" },
    outputs,
    { everySteps, everySeconds: null, keep: 2 },
  );

/** The same with 'reproducible: deterministic'. */
const deterministic = (job) => ({ ...job, reproducible: "deterministic" });

const shorter = { gradient_accumulation_steps: 2, max_completion_length: 8, max_prompt_length: 4096 };

/** All checks as checks.json holds them, with those of a run of the demo. With `dry` scaled down, and nothing counted. */
export async function makeChecks(dry, demo) {
  const { sft, grpo, score_base: evaluation } = await planned();
  const counts = dry ? {} : await counted();
  const few = (params) => (dry ? { ...params, ...shorter } : params);
  // Table 6 with the released code's accumulation: 12 optimizer steps of 48 rows.
  const accumulated = few({ gradient_accumulation_steps: 4 });
  const resumed = jobOf(sft, {
    params: accumulated,
    model: "shallow",
    outputs: SFT_OUTPUT,
    everySteps: dry ? 2 : 4,
  });
  const rollouts = (steps, more, model) =>
    jobOf(grpo, { params: few({ steps, ...more }), model, outputs: { model: "model" } });
  const replies = { replies: "replies.jsonl" };
  const checks = [
    { name: "sft", part: 1, job: jobOf(sft, { params: accumulated, outputs: SFT_OUTPUT }) },
    { name: "grpo", part: 1, job: rollouts(4) },
    { name: "evaluation", part: 1, job: jobOf(evaluation, { params: few({}), outputs: replies }) },
    {
      name: "sft-flash",
      part: 2,
      job: jobOf(sft, { params: { ...accumulated, attention: "flash-attention-2" }, outputs: SFT_OUTPUT }),
      needs: "flash_attn",
    },
    { name: "resume", part: 2, job: resumed, again: true },
    { name: "resume-deterministic", part: 2, job: deterministic(resumed), again: true },
    {
      name: "grpo-deterministic",
      part: 2,
      job: deterministic(rollouts(2, {}, "shallow")),
      ends: "step",
    },
    {
      name: "evaluation-deterministic",
      part: 2,
      job: deterministic(
        jobOf(evaluation, { params: few({ max_completion_length: 64 }), model: "shallow", outputs: replies }),
      ),
    },
    { name: "grpo-kept", part: 2, job: rollouts(2, { activation_checkpointing: false }), ends: "step" },
  ];
  return {
    needs_gpu: !dry,
    ...sizes(dry),
    checks: [
      ...checks.map((check) => ({ ...check, counted: counts[check.name] ?? {} })),
      ...(demo === undefined ? [] : await demoChecks(demo)),
    ],
  };
}

/** Writes checks.json; returns its path. */
export function writeChecks(checks, folder) {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "checks.json");
  fs.writeFileSync(file, JSON.stringify(checks, undefined, 1));
  return file;
}

export const trainer = path.join(root, "trainer");
