import { mkdir, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { CancelledFailure, Context } from "@temporalio/activity";
import { fingerprint, resultFields, resumableParams, resumeKey } from "../core/fingerprint.ts";
import type { OutsideKind, StepRequest, StepResult } from "../schemas/plan.ts";
import { placeOfOutput } from "../store/artifacts.ts";
import { Fence, isFenceFile } from "../store/fence.ts";
import { writeJson, writeSoon } from "../store/files.ts";
import type { FinishedStep, Recalled } from "../store/finished-steps.ts";
import { hubModels } from "../store/hub-models.ts";
import { BEAT_MS } from "../store/presence.ts";
import { removeTree } from "../store/remove.ts";
import { makeSelfContained } from "../store/self-contained.ts";
import type { About } from "../store/works.ts";
import { allotDevices, type Allotment } from "./allot-devices.ts";
import { beginWork } from "./at-work.ts";
import { refuseChangedInputs } from "./changed-inputs.ts";
import type { Perform } from "./context.ts";
import type { Kind } from "./kind.ts";
import type { Kinds } from "../core/kinds.ts";
import { EventFile } from "./event-file.ts";
import { eventsIn } from "../data/events/event-tail.ts";
import { toApplicationFailure } from "./failures.ts";
import { outcomeOf } from "./outcome.ts";
import { KIND_FOLDER } from "../core/outside-kind.ts";
import { StepFailure } from "../core/step-failure.ts";
import { threadsOf } from "../host/threads.ts";
import { rememberEnvironment, toolsForFingerprint } from "../host/tools.ts";
import type { Store } from "../store/store.ts";

const HEARTBEAT_MS = 1_000;

/** Does a step of any of the kinds, with all that steps have in common: reuse, fence, heartbeat, publishing, failures. */
export function stepActivity(
  kinds: Kinds<Kind>,
  outsideKind: (kind: OutsideKind) => Kind,
  store: Store,
): (request: StepRequest) => Promise<StepResult> {
  return async (request) => {
    const context = Context.current();
    const signal = context.cancellationSignal;
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    const end = beginWork(request.run, request.step.id);
    try {
      const { outside } = request;
      const kind = outside == null ? kindOf(kinds, request) : outsideKind(outside);
      return await runOrReuse(store, request, kind, signal);
    } catch (error) {
      // A stopped child looks like a failure; only the signal tells that it was asked to stop.
      if (signal.aborted)
        throw signal.reason instanceof Error ? signal.reason : new CancelledFailure("stopped");
      throw toApplicationFailure(error, await attemptsOf(store, request));
    } finally {
      clearInterval(beat);
      end();
    }
  };
}

function kindOf(kinds: Kinds<Kind>, { step }: StepRequest): Kind {
  const kind = kinds.find(step.kind);
  if (kind !== undefined) return kind;
  throw new StepFailure("environment", `This worker has no kind '${step.kind}'.`);
}

const eventsFile = (store: Store, { run, step }: StepRequest): string => store.runs.step(run, step.id).events;

/** How often the step's program was begun; a wait for another attempt does not count. */
async function attemptsOf(store: Store, request: StepRequest): Promise<number> {
  const events = await eventsIn(eventsFile(store, request)).catch(() => []);
  return events.filter(({ event }) => event === "attempt").length;
}

/** A step with its names in the store. */
interface Named {
  store: Store;
  request: StepRequest;
  print: string;
  key: string;
  about: About;
}

async function runOrReuse(
  store: Store,
  request: StepRequest,
  kind: Kind,
  signal: AbortSignal,
): Promise<StepResult> {
  const { run, step, inputs } = request;
  const tools = await toolsForFingerprint(store);
  const { schema } = kind;
  const named: Named = {
    store,
    request,
    print: fingerprint(schema, step, inputs, tools),
    key: resumeKey(schema, step, inputs, tools),
    // The recipe's name begins the run's.
    about: {
      recipe: run.replace(/-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$/, ""),
      step: step.id,
      fields: resultFields(schema, step, inputs, tools),
    },
  };
  const files = store.runs.step(run, step.id);
  const [known] = await Promise.all([
    recallForUse(named),
    // What a later `plan` compares with, to say why a step runs again.
    writeSoon(files.fields, named.about.fields),
    rememberEnvironment(store),
  ]);
  if (known.how === "whole") return finish(named, known.step);

  const { folder: work } = store.local.work(named.key);
  await mkdir(work, { recursive: true });
  const fence = await Fence.take(work);
  const touching = setInterval(() => void fence.touch(), BEAT_MS);
  try {
    // Whoever held the directory before may just have finished.
    const meanwhile = await recallForUse(named);
    if (meanwhile.how === "whole") return await finish(named, meanwhile.step);
    const damage = meanwhile.how === "damaged" ? meanwhile.defects : [];
    const allotment = await allotDevices(store, run, step);
    const { perform } = await kind.perform();
    const result = await runFenced({
      ...named,
      perform,
      resumable: resumableParams(schema, step),
      signal,
      fence,
      allotment,
      work,
      files,
      damage,
    }).finally(allotment.release);
    // Nothing is left of a step that is done; of another one its checkpoints are.
    await fence.clear();
    return result;
  } finally {
    clearInterval(touching);
    await fence.release();
  }
}

/** A result that this run goes on with: marked as used, and then looked at. Not one that is to be made anew. */
async function recallForUse({ store, request, print }: Named): Promise<Recalled> {
  const { redoneSince, step } = request;
  const known = await store.results.recall(print, step);
  if (known.how !== "whole") return known;
  if (redoneSince !== null && known.step.made < redoneSince) return { how: "unknown" };
  await store.artifacts.touch(Object.values(known.step.outputs)).catch(() => {});
  return store.results.recall(print, step);
}

interface Fenced extends Named {
  perform: Perform;
  resumable: Record<string, unknown>;
  signal: AbortSignal;
  fence: Fence;
  allotment: Allotment;
  work: string;
  files: ReturnType<Store["runs"]["step"]>;
  /** Why a result that the store has cannot be used. */
  damage: string[];
}

/** The step's own work and its publishing, in a directory that is this attempt's alone. */
async function runFenced(fenced: Fenced): Promise<StepResult> {
  const { store, request, perform, signal, fence, allotment, key, about, work, files, damage } = fenced;
  const { run, step, inputs } = request;
  const events = await EventFile.open(eventsFile(store, request));
  const attempt = (await attemptsOf(store, request)) + 1;
  const worker = `${os.hostname()} ${process.pid}`;
  await events.write({ event: "attempt", number: attempt, worker, fingerprint: fenced.print });
  const out = store.local.work(key).out;
  await Promise.all([
    store.works.note(key, about),
    removeTree(out),
    // Of an earlier plan of this run.
    rm(files.outcome, { force: true }),
  ]);
  const places = Object.entries(step.outputs).map(([name, type]) => ({
    name,
    type,
    ...placeOfOutput(out, name, type),
  }));
  for (const { folder } of places) await mkdir(folder, { recursive: true });
  const looked = Date.now();
  await refuseChangedInputs(store, run, inputs);
  for (const defect of damage) await events.write({ event: "message", text: `made again: ${defect}` });
  const began = Date.now();
  const inexact: string[] = [];

  const given = await Promise.all(
    Object.entries(inputs).map(
      async ([name, input]) =>
        [name, typeof input === "string" ? input : await store.artifacts.get(input)] as const,
    ),
  );
  const working = perform({
    store,
    run,
    step,
    threads: threadsOf(step),
    withheld: request.withheld,
    folder: request.folder ?? null,
    inputs: Object.fromEntries(given),
    outputs: Object.fromEntries(places.map(({ name, target }) => [name, target])),
    work,
    key,
    about,
    resumable: fenced.resumable,
    print: fenced.print,
    log: files.log,
    events,
    signal,
    fence,
    allotment,
    inexact,
  });
  const metrics = await settled(working, events);

  signal.throwIfAborted();
  refuseOddMetrics(metrics);
  // What a kind from outside does was copied: its folder may change now.
  const { [KIND_FOLDER]: _, ...read } = inputs;
  await refuseChangedInputs(store, run, read, looked);
  await fence.check();
  const outputs: FinishedStep["outputs"] = {};
  // All of them first: one may hold a link into another.
  for (const { name, folder } of places)
    for (const change of await makeSelfContained(folder))
      await events.write({ event: "message", text: `output '${name}': ${change}` });
  for (const { name, type, folder } of places) outputs[name] = await store.artifacts.put(folder, type);
  // Publishing reads all of the outputs, which takes time.
  await fence.check();
  const finished: FinishedStep = {
    run,
    made: new Date().toISOString(),
    outputs,
    metrics,
    inexact,
    ...hubModels((await events.readOf(fenced.print)).events.map(({ row }) => row)),
    log: `${step.id}/log.txt`,
    events: `${step.id}/events.jsonl`,
    fields: about.fields,
    seconds: (Date.now() - began) / 1000,
  };
  await store.results.remember(fenced.print, finished);
  // Whoever waits for this directory finds the result in the store.
  const left = (await readdir(work)).filter((name) => !isFenceFile(name));
  await Promise.all(left.map((name) => removeTree(path.join(work, name))));
  return finish(fenced, finished);
}

/** Whoever wrote to the event file has ended with the work. */
async function settled<T>(working: Promise<T>, events: EventFile): Promise<T> {
  try {
    return await working;
  } finally {
    await events.settle().catch(() => {});
  }
}

/** A record holds finite numbers: one that cannot be written must not leave the run without an end. */
function refuseOddMetrics(metrics: Record<string, unknown>): void {
  const odd = Object.entries(metrics).filter(([, value]) => !Number.isFinite(value));
  if (odd.length === 0) return;
  const named = odd.map(([name, value]) => `'${name}' is ${String(value)}`).join(", ");
  throw new StepFailure("data", `Of the step's metrics ${named}; a metric must be a finite number.`);
}

/** Notes what the step came to, for views and the record, and gives the workflow what it needs of it. */
async function finish({ store, request, print }: Named, finished: FinishedStep): Promise<StepResult> {
  const outcome = await outcomeOf(store, request, print, finished);
  await writeJson(store.runs.step(request.run, request.step.id).outcome, outcome);
  return { status: outcome.status, outputs: finished.outputs };
}
