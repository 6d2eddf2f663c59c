import { mkdir } from "node:fs/promises";
import path from "node:path";
import { visibleTo } from "../steps/allot-devices.ts";
import { pinsOf } from "../host/portable.ts";
import { chooseCheckpoint } from "../steps/resume.ts";
import { ownEnvironment } from "../programs/own-environment.ts";
import { programFailure, runProgram } from "../programs/run-program.ts";
import { secretsOf } from "../steps/secrets/secrets.ts";
import type { StepContext } from "../steps/context.ts";
import { completeRenamed } from "../store/checkpoints.ts";
import { lookDuring } from "./looks.ts";
import { checkOutputs } from "./outputs.ts";
import { metricsOf, Said, type Declared } from "./said.ts";

const LOOK_MS = 2_000;

/** Where a program finds its checkpoints. */
export interface Checkpoints {
  folder: string;
  /** The one to go on from; undefined for a fresh start. */
  resume: string | undefined;
}

/** A program that keeps the contract of docs/run-command.md. */
interface ContractProgram {
  argv: readonly string[];
  /** On top of the contract's variables; given where its checkpoints are. */
  environment: (checkpoints: Checkpoints) => Promise<Record<string, string>>;
  /** What it gets of the worker's environment: names, or beginnings with a * behind. */
  passed: readonly string[];
  /** Paths by input, as the program is told them. */
  inputs: Readonly<Record<string, string>>;
  /** Lock file of its own Python environment. */
  lock: string | undefined;
  declared: Declared | undefined;
}

/** Runs such a program to its end, in the folder of the context, and checks what it left; gives its metrics. */
export async function runContract(
  context: StepContext,
  { argv, environment, passed, inputs, lock, declared }: ContractProgram,
): Promise<Record<string, number>> {
  const { step, key, store, log } = context;
  const { checkpoints } = store.local.work(key);
  // What an earlier attempt renamed into place is whole, also if its worker was gone before it could say so.
  await complete(context, checkpoints);
  const checkpoint = await chooseCheckpoint(context);
  await mkdir(checkpoints, { recursive: true });
  const secrets = secretsOf(step);
  const [command = "", ...args] = argv;
  const name = `'${command}'`;
  const own = lock === undefined ? {} : await ownEnvironment(context, lock);
  const said = await Said.by(context, declared);
  const given = { folder: checkpoints, resume: checkpoint?.directory };
  const program = {
    command,
    args,
    name,
    passed,
    hidden: Object.values(secrets),
    environment: {
      // One that asks for none sees what its worker sees.
      ...visibleTo(context.allotment, {}),
      ...pinsOf(step.reproducible),
      ...own,
      ...(await environment(given)),
      ...secrets,
      ...contractOf(context, inputs, given),
    },
  };
  const running = said.listenTo((refused, over) => runProgram(context, { ...program, refused, over }));
  const end = await lookDuring(running, () => complete(context, checkpoints), LOOK_MS);
  if (end.how !== "exit" || end.code !== 0) throw await programFailure(name, end, log);
  said.check();
  await context.events.settle();
  await checkOutputs(context, name);
  return metricsOf(context, declared);
}

async function complete({ key, step, events }: StepContext, checkpoints: string): Promise<void> {
  for (const done of await completeRenamed(checkpoints, key, step.checkpoint.keep))
    await events.write({
      event: "checkpoint",
      step: done,
      directory: path.join(checkpoints, `checkpoint-${done}`),
    });
}

/** What the program is told beside its arguments. */
function contractOf(
  { outputs, events, step, threads }: StepContext,
  inputs: Readonly<Record<string, string>>,
  { folder, resume }: Checkpoints,
): Record<string, string | undefined> {
  const { everySteps, everySeconds } = step.checkpoint;
  const places = (kind: string, paths: Readonly<Record<string, string>>) =>
    Object.entries(paths).map(
      ([name, place]) => [`REPRISE_${kind}_${name.replaceAll(".", "_").toUpperCase()}`, place] as const,
    );
  return {
    ...Object.fromEntries([...places("INPUT", inputs), ...places("OUTPUT", outputs)]),
    REPRISE_CHECKPOINTS: folder,
    REPRISE_RESUME: resume,
    REPRISE_CHECKPOINT_STEPS: everySteps === null ? undefined : String(everySteps),
    REPRISE_CHECKPOINT_SECONDS: everySeconds === null ? undefined : String(everySeconds),
    REPRISE_EVENTS: events.path,
    REPRISE_THREADS: String(threads),
  };
}
