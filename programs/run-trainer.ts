import { rm } from "node:fs/promises";
import path from "node:path";
import { defectsOf } from "../schemas/schema-defects.ts";
import { validateResult } from "../schemas/validators.ts";
import type { TrainerJob } from "../schemas/generated/trainer-job.ts";
import type { TrainerResult } from "../schemas/generated/trainer-result.ts";
import { readJson, writeJson } from "../store/files.ts";
import { accelerateConfig } from "./accelerate-config.ts";
import { tooFewDevices, visibleTo } from "../steps/allot-devices.ts";
import { StepFailure } from "../core/step-failure.ts";
import { hideSecrets } from "../steps/secrets/hide-secrets.ts";
import { tailOf } from "./run-child.ts";
import { programFailure, runProgram } from "./run-program.ts";
import { pinsOf } from "../host/portable.ts";
import { chooseCheckpoint } from "../steps/resume.ts";
import { secretsOf } from "../steps/secrets/secrets.ts";
import type { StepContext } from "../steps/context.ts";
import { PYTHON_ENVIRONMENT, requireTool } from "../host/toolchain.ts";

const NAME = "The trainer";

// glibc's malloc gives the memory of each tensor of over 128 kB back to the system, which costs a page fault for every 4 kB
// when the next one is made: an eighth of a GRPO step on a CPU. 32 MB is the largest threshold that it takes.
const ALLOCATION = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(256 * 2 ** 20),
  MALLOC_TOP_PAD_: String(16 * 2 ** 20),
};

/** Runs one of the Python kinds: job file in, result file out. Exit 0 without a result is a failure. */
export async function runTrainer(context: StepContext): Promise<Record<string, number>> {
  const { step, work, key, log, threads, store } = context;
  const python = requireTool("python");
  const { gpu } = step.resources;
  if (context.allotment.devices.length < gpu) throw tooFewDevices(step.id, gpu, 0);
  const secrets = secretsOf(step);
  const checkpoint = await chooseCheckpoint(context);
  const { seed, ...params } = step.params;
  const job: TrainerJob = {
    kind: step.kind,
    params,
    inputs: context.inputs,
    outputs: context.outputs,
    events: context.events.path,
    result: path.join(work, "result.json"),
    checkpoints: {
      directory: store.local.work(key).checkpoints,
      every_steps: step.checkpoint.everySteps,
      every_seconds: step.checkpoint.everySeconds,
      keep: step.checkpoint.keep,
      key,
      fields: context.resumable,
      inexact: context.inexact,
      resume: checkpoint?.directory ?? null,
    },
    seed: typeof seed === "number" ? seed : 0,
    threads: Math.max(1, Math.floor(threads / step.processes)),
    reproducible: step.reproducible ?? "fastest",
  };
  const jobFile = path.join(work, "job.json");
  await rm(job.result, { force: true });
  await writeJson(jobFile, job);
  const end = await runProgram(context, {
    command: python,
    args: await argumentsOf(context, jobFile),
    environment: { ...secrets, ...environmentOf(context) },
    hidden: Object.values(secrets),
    name: NAME,
  });
  const result = await readResult(job.result);
  const endedWell = end.how === "exit" && end.code === 0;
  if (result === undefined || (result.ok && !endedWell)) throw await programFailure(NAME, end, log);
  if (result.ok) return result.metrics!;
  const tail = result.code === "exit" ? await tailOf(log, 6) : "";
  const lines = tail === "" ? "" : ` Its last lines:\n${tail}`;
  throw new StepFailure(result.code!, hideSecrets(result.message!, Object.values(secrets)) + lines);
}

/** The result file, checked; undefined where there is none. Throws StepFailure for one that is no result. */
async function readResult(file: string): Promise<TrainerResult | undefined> {
  const value = await readJson<unknown>(file).catch((error: unknown) => error);
  if (value === undefined) return undefined;
  const why = value instanceof Error ? [value.message] : defectsOf(validateResult(), value);
  if (why.length === 0) return value as TrainerResult;
  throw new StepFailure(
    "unexpected",
    `${NAME} left a result that cannot be read: ${why.join("; ")}. The step's log may say more.`,
  );
}

/** One process runs the trainer itself; several are started and watched by `accelerate launch`. */
async function argumentsOf({ step, work }: StepContext, jobFile: string): Promise<string[]> {
  if (!(step.processes > 1)) return ["-m", "reprise_trainer", jobFile];
  const config = path.join(work, "accelerate.yaml");
  await writeJson(config, accelerateConfig(step));
  return ["-m", "reprise_trainer.launch", jobFile, config];
}

function environmentOf({ step, threads, allotment }: StepContext): Record<string, string> {
  const perProcess = String(Math.max(1, Math.floor(threads / step.processes)));
  const online = Object.values(step.inputs).some(({ from }) => from === "hub");
  return {
    ...PYTHON_ENVIRONMENT,
    ...pinsOf(step.reproducible),
    PYTHONUNBUFFERED: "1",
    // Sets must not come in another order in another process.
    PYTHONHASHSEED: "0",
    OMP_NUM_THREADS: perProcess,
    MKL_NUM_THREADS: perProcess,
    // Threads that spin for long while they wait make a step ten times slower where others want the cores too.
    GOMP_SPINCOUNT: process.env["GOMP_SPINCOUNT"] ?? "10000",
    ...ALLOCATION,
    TOKENIZERS_PARALLELISM: "false",
    // A trainer takes all that it sees.
    ...visibleTo(allotment, { CUDA_VISIBLE_DEVICES: "" }),
    // With everything local, nothing may be looked up on a hub.
    ...(online ? {} : { HF_HUB_OFFLINE: "1" }),
  };
}
