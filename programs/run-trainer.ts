import { rm } from "node:fs/promises";
import path from "node:path";
import { defectsOf } from "../schemas/schema-defects.ts";
import { validateResult } from "../schemas/validators.ts";
import type { TrainerJob } from "../schemas/generated/trainer-job.ts";
import type { TrainerResult } from "../schemas/generated/trainer-result.ts";
import { readJson, writeJson } from "../store/files.ts";
import { accelerateConfig } from "./accelerate-config.ts";
import { tooFewDevices } from "../steps/allot-devices.ts";
import { StepFailure } from "../core/step-failure.ts";
import { hideSecrets } from "../steps/secrets/hide-secrets.ts";
import { tailOf } from "./run-child.ts";
import { programFailure, runProgram } from "./run-program.ts";
import { chooseCheckpoint } from "../steps/resume.ts";
import { secretsOf } from "../steps/secrets/secrets.ts";
import type { StepContext } from "../steps/context.ts";
import { hasCoreBeside } from "../host/threads.ts";
import { requireTool } from "../host/toolchain.ts";
import { threadsOfEach, trainerEnvironment } from "./trainer-program.ts";
import { warmly } from "./warm/trainers.ts";

const NAME = "The trainer";

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
    threads: threadsOfEach(step, threads),
    beside: !(step.processes > 1) && hasCoreBeside(step),
    reproducible: step.reproducible ?? "fastest",
  };
  const jobFile = path.join(work, "job.json");
  await rm(job.result, { force: true });
  await writeJson(jobFile, job);
  const end = await runProgram(context, {
    command: python,
    args: await argumentsOf(context, jobFile),
    environment: { ...secrets, ...trainerEnvironment(step, threads, context.allotment) },
    hidden: Object.values(secrets),
    ...(await warmly(context, jobFile)),
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
