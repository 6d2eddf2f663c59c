import { rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { TrainerJob } from "../schemas/generated/trainer-job.ts";
import { readJson, writeJson } from "../store/files.ts";
import { checkpointsOf } from "../store/works.ts";
import { accelerateConfig } from "./accelerate-config.ts";
import { StepFailure, type FailureCode } from "./step-failure.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { tailOf } from "./run-child.ts";
import { programFailure, runProgram } from "./run-program.ts";
import { pinsOf } from "./portable.ts";
import { chooseCheckpoint } from "./resume.ts";
import { secretsOf } from "./secrets.ts";
import type { StepContext } from "./step.ts";
import { PYTHON_ENVIRONMENT, requireTool } from "./toolchain.ts";

type Result =
  { ok: true; metrics: Record<string, unknown> } | { ok: false; code: FailureCode; message: string };

const NAME = "The trainer";

/** Runs one of the Python kinds: job file in, result file out. Exit 0 without a result is a failure. */
export async function runTrainer(context: StepContext): Promise<Record<string, number>> {
  const { step, work, key, log, threads, root } = context;
  const python = requireTool("python");
  await requireDevices(context);
  const secrets = secretsOf(step);
  const checkpoint = await chooseCheckpoint(context);
  const { seed, ...params } = step.params;
  const job: TrainerJob = {
    kind: step.kind as TrainerJob["kind"],
    params,
    inputs: context.inputs,
    outputs: context.outputs,
    events: context.events.path,
    result: path.join(work, "result.json"),
    checkpoints: {
      directory: checkpointsOf(root, key),
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
  const result = await readJson<Result>(job.result).catch(() => undefined);
  const endedWell = end.how === "exit" && end.code === 0;
  if (result === undefined || (result.ok && !endedWell)) throw await programFailure(NAME, end, log);
  if (!result.ok) {
    const tail = result.code === "exit" ? await tailOf(log, 6) : "";
    const lines = tail === "" ? "" : ` Its last lines:\n${tail}`;
    throw new StepFailure(result.code, hideSecrets(result.message, Object.values(secrets)) + lines);
  }
  return Object.fromEntries(
    Object.entries(result.metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

async function requireDevices({ step: { id, resources } }: StepContext): Promise<void> {
  if (resources.gpu === 0) return;
  const { exitCode, stdout } = await execa("nvidia-smi", ["--list-gpus"], { reject: false });
  const found = exitCode === 0 ? stdout.split("\n").filter((line) => line.startsWith("GPU ")).length : 0;
  if (found >= resources.gpu) return;
  const wants = resources.gpu === 1 ? "a GPU" : `${resources.gpu} GPUs`;
  const has = found === 0 ? "none" : String(found);
  throw new StepFailure(
    "environment",
    `'${id}' asks for ${wants}, and this machine has ${has} that nvidia-smi sees.`,
  );
}

/** One process runs the trainer itself; several are started and watched by `accelerate launch`. */
async function argumentsOf({ step, work }: StepContext, jobFile: string): Promise<string[]> {
  if (!(step.processes > 1)) return ["-m", "reprise_trainer", jobFile];
  const config = path.join(work, "accelerate.yaml");
  await writeJson(config, accelerateConfig(step));
  return ["-m", "reprise_trainer.launch", jobFile, config];
}

function environmentOf({ step, threads }: StepContext): Record<string, string> {
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
    TOKENIZERS_PARALLELISM: "false",
    CUDA_VISIBLE_DEVICES: visibleGpus(step.resources.gpu),
    // With everything local, nothing may be looked up on a hub.
    ...(online ? {} : { HF_HUB_OFFLINE: "1" }),
  };
}

/** As many devices as were asked for, of those that this worker may use: a trainer takes all that it sees. */
function visibleGpus(count: number): string {
  const allowed =
    process.env["CUDA_VISIBLE_DEVICES"]?.split(",") ?? Array.from({ length: count }, (_, number) => number);
  return allowed.slice(0, count).join(",");
}
