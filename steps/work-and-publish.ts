import { mkdir } from "node:fs/promises";
import os from "node:os";
import { KIND_FOLDER } from "../core/outside-kind.ts";
import { StepFailure } from "../core/step-failure.ts";
import { threadsOf } from "../host/threads.ts";
import type { Artifact, StepResult } from "../schemas/plan.ts";
import type { ArtifactType } from "../schemas/artifact-types.ts";
import { placeOfOutput } from "../store/artifacts.ts";
import type { Fence } from "../store/fence.ts";
import type { FinishedStep } from "../store/finished-steps.ts";
import { hubModels } from "../store/hub-models.ts";
import { removeTree } from "../store/remove.ts";
import { makeSelfContained } from "../store/self-contained.ts";
import type { Allotment } from "./allot-devices.ts";
import { attemptsOf } from "./attempts.ts";
import { refuseChangedInputs } from "./changed-inputs.ts";
import type { Perform } from "./context.ts";
import { EventFile } from "./event-file.ts";
import type { NamedStep } from "./named-step.ts";
import { noteOutcome } from "./outcome.ts";

/** An attempt at a step, whose folder is its alone. */
interface Attempt extends NamedStep {
  perform: Perform;
  resumable: Record<string, unknown>;
  signal: AbortSignal;
  fence: Fence;
  allotment: Allotment;
  work: string;
  /** Why a result that the store has cannot be used. */
  damage: string[];
}

/** An output, and where the step's work is to leave it. */
interface Place {
  name: string;
  type: ArtifactType;
  /** What is published. */
  folder: string;
  /** What the work is told: the folder, or the one file in it. */
  target: string;
}

/** The step's own work and its publishing. */
export async function workAndPublish(attempt: Attempt): Promise<StepResult> {
  const { store, request, print, signal, fence, damage } = attempt;
  const { run, inputs } = request;
  const events = await begin(attempt);
  const places = await emptyPlaces(attempt);
  const looked = Date.now();
  await refuseChangedInputs(store, run, inputs);
  for (const defect of damage) await events.write({ event: "message", text: `made again: ${defect}` });
  const began = Date.now();
  const inexact: string[] = [];
  const metrics = await perform(attempt, { places, events, inexact });

  signal.throwIfAborted();
  refuseOddMetrics(metrics);
  // What a kind from outside does was copied: its folder may change now.
  const { [KIND_FOLDER]: _, ...read } = inputs;
  await refuseChangedInputs(store, run, read, looked);
  await fence.check();
  const outputs = await publish(attempt, places, events);
  // Publishing reads all of the outputs, which takes time.
  if (places.length > 0) await fence.check();
  const { step } = request;
  const finished: FinishedStep = {
    run,
    made: new Date().toISOString(),
    outputs,
    metrics,
    inexact,
    ...hubModels((await events.readOf(print)).events.map(({ row }) => row)),
    log: `${step.id}/log.txt`,
    events: `${step.id}/events.jsonl`,
    fields: attempt.about.fields,
    seconds: (Date.now() - began) / 1000,
  };
  // Together: each waits for the disk. An attempt that dies between them is made again, and both are written anew.
  const [result] = await Promise.all([
    noteOutcome(store, request, print, finished),
    store.results.remember(print, finished),
  ]);
  await store.works.clear(attempt.key);
  return result;
}

/** Says in the step's events that an attempt begins. */
async function begin({ store, request, print }: Attempt): Promise<EventFile> {
  const events = await EventFile.open(store.runs.step(request.run, request.step.id).events);
  const number = (await attemptsOf(store, request)) + 1;
  const worker = `${os.hostname()} ${process.pid}`;
  await events.write({ event: "attempt", number, worker, fingerprint: print });
  return events;
}

/** Where the outputs are to be: nothing of an earlier attempt, or of an earlier plan of this run, stands there. */
async function emptyPlaces({ store, request, key, about }: Attempt): Promise<Place[]> {
  const { run, step } = request;
  const { out } = store.local.work(key);
  await Promise.all([store.works.note(key, about), removeTree(out), store.runs.forgetOutcome(run, step.id)]);
  const places = Object.entries(step.outputs).map(([name, type]) => ({
    name,
    type,
    ...placeOfOutput(out, name, type),
  }));
  for (const { folder } of places) await mkdir(folder, { recursive: true });
  return places;
}

interface Around {
  places: readonly Place[];
  events: EventFile;
  inexact: string[];
}

/** The kind's own work; whoever wrote to the event file has ended with it. */
async function perform(attempt: Attempt, { places, events, inexact }: Around) {
  const { store, request, print, key, about, resumable, signal, fence, allotment, work } = attempt;
  const { run, step, withheld, folder = null } = request;
  const inputs = await Promise.all(
    Object.entries(request.inputs).map(
      async ([name, input]) =>
        [name, typeof input === "string" ? input : await store.artifacts.get(input)] as const,
    ),
  );
  const working = attempt.perform({
    ...{ store, run, step, withheld, folder, work, key, about, resumable, print },
    ...{ events, signal, fence, allotment, inexact },
    threads: threadsOf(step),
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(places.map(({ name, target }) => [name, target])),
    log: store.runs.step(run, step.id).log,
  });
  try {
    return await working;
  } finally {
    await events.settle().catch(() => {});
  }
}

async function publish(
  { store }: Attempt,
  places: readonly Place[],
  events: EventFile,
): Promise<Record<string, Artifact>> {
  // All of them first: one may hold a link into another.
  for (const { name, folder } of places)
    for (const change of await makeSelfContained(folder))
      await events.write({ event: "message", text: `output '${name}': ${change}` });
  const outputs: Record<string, Artifact> = {};
  for (const { name, type, folder } of places) outputs[name] = await store.artifacts.put(folder, type);
  return outputs;
}

/** A record holds finite numbers: one that cannot be written must not leave the run without an end. */
function refuseOddMetrics(metrics: Record<string, unknown>): void {
  const odd = Object.entries(metrics).filter(([, value]) => !Number.isFinite(value));
  if (odd.length === 0) return;
  const named = odd.map(([name, value]) => `'${name}' is ${String(value)}`).join(", ");
  throw new StepFailure("data", `Of the step's metrics ${named}; a metric must be a finite number.`);
}
