import { access, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { TrainerJob } from "../schemas/generated/trainer-job.ts";
import type { PlanStep } from "../schemas/plan.ts";
import { newestCheckpoint } from "../store/checkpoints.ts";
import { readJson, writeJson } from "../store/files.ts";
import { StepFailure, type FailureCode } from "./step-failure.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { runChild, tailOf, type ChildEnd } from "./run-child.ts";
import type { StepContext } from "./step.ts";
import { requireTool, trainerFolder } from "./toolchain.ts";

// Time to end after SIGTERM before the group is killed.
const GRACE_MS = 8_000;

type Result =
  { ok: true; metrics: Record<string, unknown> } | { ok: false; code: FailureCode; message: string };

/** Runs one of the Python kinds: job file in, result file out. Exit 0 without a result is a failure. */
export async function runTrainer(context: StepContext): Promise<Record<string, number>> {
  const { step, work, key, log, threads } = context;
  const python = requireTool("python");
  if (step.resources.gpu > 1) {
    const wants = `'${step.id}' asks for ${step.resources.gpu} GPUs, and a training runs in one process so far`;
    throw new StepFailure(
      "environment",
      `${wants}. Choose a profile with one GPU, such as 'single-gpu' of st-r1.`,
    );
  }
  if (
    step.resources.gpu === 1 &&
    (await execa("nvidia-smi", ["--list-gpus"], { reject: false })).exitCode !== 0
  ) {
    throw new StepFailure(
      "environment",
      `'${step.id}' asks for a GPU, and this machine has none that nvidia-smi sees.`,
    );
  }
  const secrets = secretsOf(step);
  const checkpoints = path.join(work, "checkpoints");
  const { checkpoint, refused } = await newestCheckpoint(checkpoints, key);
  for (const reason of refused) await context.events.write({ event: "message", text: `skipped ${reason}` });
  if (checkpoint !== null) {
    await context.resumedFrom(checkpoint.step);
    await context.events.write({
      event: "message",
      text: `resuming ${step.id} from step ${checkpoint.step}`,
    });
  }
  const { seed, ...params } = step.params;
  const job: TrainerJob = {
    kind: step.kind as TrainerJob["kind"],
    params,
    inputs: context.inputs,
    outputs: context.outputs,
    events: context.events.path,
    result: path.join(work, "result.json"),
    checkpoints: { directory: checkpoints, ...step.checkpoint, key, resume: checkpoint?.directory ?? null },
    seed: typeof seed === "number" ? seed : 0,
    threads,
  };
  const jobFile = path.join(work, "job.json");
  await rm(job.result, { force: true });
  await writeJson(jobFile, job);
  const end = await runChild({
    command: python,
    args: ["-m", "reprise_trainer", jobFile],
    environment: { ...withheldFrom(context.withheld), ...secrets, ...(await environmentOf(context)) },
    hidden: Object.values(secrets),
    log,
    signal: context.signal,
    grace: GRACE_MS,
    started: (pid) => context.fence.noteChild(pid),
  });
  context.signal.throwIfAborted();
  const result = await readJson<Result>(job.result);
  const endedWell = end.how === "exit" && end.code === 0;
  if (result === undefined || (result.ok && !endedWell)) {
    throw new StepFailure("program", `${describeEnd(end)}${await lastLines(log)}`);
  }
  if (!result.ok) {
    const known: FailureCode[] = ["gate", "data", "model", "environment"];
    const code = known.includes(result.code) ? result.code : "program";
    throw new StepFailure(
      code,
      hideSecrets(result.message, Object.values(secrets)) + (code === "program" ? await lastLines(log) : ""),
    );
  }
  await rm(checkpoints, { recursive: true, force: true });
  return Object.fromEntries(
    Object.entries(result.metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

/** The values of a step's secrets, from this machine's environment. They go to the program and nowhere else. */
function secretsOf({ id, secrets }: PlanStep): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, from]) => {
      const value = process.env[from];
      if (value !== undefined && value !== "") return [variable, value];
      throw new StepFailure(
        "environment",
        `'${id}' needs a secret, and the environment variable ${from} is not set where the worker runs.`,
      );
    }),
  );
}

/** What belongs to the worker or to other steps: the recipe's secrets, and how the worker reaches its server. */
function withheldFrom(secrets: readonly string[]): Record<string, undefined> {
  const own = Object.keys(process.env).filter((name) => name.startsWith("TEMPORAL_"));
  return Object.fromEntries([...secrets, ...own].map((name) => [name, undefined]));
}

async function environmentOf({ step, inputs, threads }: StepContext): Promise<Record<string, string>> {
  const local = await Promise.all(
    Object.values(inputs).map((input) =>
      access(input).then(
        () => true,
        () => false,
      ),
    ),
  );
  return {
    PYTHONPATH: trainerFolder,
    PYTHONUNBUFFERED: "1",
    // Sets must not come in another order in another process.
    PYTHONHASHSEED: "0",
    OMP_NUM_THREADS: String(threads),
    MKL_NUM_THREADS: String(threads),
    TOKENIZERS_PARALLELISM: "false",
    // One device at most, or the trainers would spread a batch over all of them; none where none was asked for.
    CUDA_VISIBLE_DEVICES:
      step.resources.gpu === 0 ? "" : (process.env["CUDA_VISIBLE_DEVICES"] ?? "0").split(",")[0]!,
    // With everything local, nothing may be looked up on a hub.
    ...(local.every(Boolean) ? { HF_HUB_OFFLINE: "1" } : {}),
  };
}

function describeEnd(end: ChildEnd): string {
  switch (end.how) {
    case "exit":
      return end.code === 0
        ? "The trainer ended without a result."
        : `The trainer failed with exit code ${end.code}.`;
    case "signal":
      return end.signal === "SIGKILL"
        ? "The trainer was killed (SIGKILL), which is what a system does when memory runs out."
        : `The trainer was ended by ${end.signal}.`;
    case "not-started":
      return `The trainer could not be started: ${end.reason}.`;
  }
}

async function lastLines(log: string): Promise<string> {
  const tail = await tailOf(log, 6);
  return tail === "" ? "" : ` Its last lines:\n${tail}`;
}
