import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { RunCommandParams } from "./params.ts";
import { completeRenamed } from "../../store/checkpoints.ts";
import { visibleTo } from "../../steps/allot-devices.ts";
import { pinsOf } from "../../host/portable.ts";
import { chooseCheckpoint } from "../../steps/resume.ts";
import { ownEnvironment } from "../../programs/own-environment.ts";
import { programFailure, runProgram } from "../../programs/run-program.ts";
import { secretsOf } from "../../steps/secrets/secrets.ts";
import type { StepContext } from "../../steps/context.ts";
import { lookDuring } from "./looks.ts";
import { checkOutputs } from "./outputs.ts";
import { metricsOf, Said } from "./said.ts";

const LOOK_MS = 2_000;

/** run/command: any program, with the contract of docs/run-command.md. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const { step, key, store, log } = context;
  const { argv, env = {}, pass_env: passed = [] } = step.params as unknown as RunCommandParams;
  const checkpoints = store.works.checkpoints(key);
  // What an earlier attempt renamed into place is whole, also if its worker was gone before it could say so.
  await complete(context, checkpoints);
  const checkpoint = await chooseCheckpoint(context);
  await mkdir(checkpoints, { recursive: true });
  const secrets = secretsOf(step);
  const [command = "", ...args] = argv.map((argument) => withPaths(argument, context));
  const name = `'${command}'`;
  const { environment: lock } = context.inputs;
  const own = lock === undefined ? {} : await ownEnvironment(context, lock);
  const said = await Said.by(context);
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
      ...Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, String(value)])),
      ...secrets,
      ...contractOf(context, checkpoints, checkpoint?.directory),
    },
  };
  const running = said.listenTo((refused, over) => runProgram(context, { ...program, refused, over }));
  const end = await lookDuring(running, () => complete(context, checkpoints), LOOK_MS);
  if (end.how !== "exit" || end.code !== 0) throw await programFailure(name, end, log);
  said.check();
  await context.events.settle();
  await checkOutputs(context, name);
  return metricsOf(context);
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
  { inputs, outputs, events, step, threads }: StepContext,
  checkpoints: string,
  resume: string | undefined,
): Record<string, string | undefined> {
  const { everySteps, everySeconds } = step.checkpoint;
  const { environment: _, ...given } = inputs;
  const places = (kind: string, paths: Record<string, string>) =>
    Object.entries(paths).map(
      ([name, place]) => [`REPRISE_${kind}_${plain(name).toUpperCase()}`, place] as const,
    );
  return {
    ...Object.fromEntries([...places("INPUT", given), ...places("OUTPUT", outputs)]),
    REPRISE_CHECKPOINTS: checkpoints,
    REPRISE_RESUME: resume,
    REPRISE_CHECKPOINT_STEPS: everySteps === null ? undefined : String(everySteps),
    REPRISE_CHECKPOINT_SECONDS: everySeconds === null ? undefined : String(everySeconds),
    REPRISE_EVENTS: events.path,
    REPRISE_THREADS: String(threads),
  };
}

/** `{inputs.data}` and `{outputs.model}` become paths; other braces are the program's, and so are those of a path. */
function withPaths(argument: string, { inputs, outputs }: StepContext): string {
  const places = new Map<string, string>([
    ...Object.entries(inputs).map(([name, place]) => [`{inputs.${plain(name)}}`, place] as const),
    ...Object.entries(outputs).map(([name, place]) => [`{outputs.${name}}`, place] as const),
  ]);
  return argument.replaceAll(/\{(?:inputs|outputs)\.\w+\}/g, (name) => places.get(name) ?? name);
}

/** An input's own name: in the plan it stands under its parameter. */
const plain = (name: string): string => name.replace(/^inputs\./, "");
