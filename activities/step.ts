import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { CancelledFailure, Context } from "@temporalio/activity";
import { fingerprint, resultFields, resumeKey } from "../compiler/fingerprint.ts";
import type { Artifact, PlanStep, StepOutcome, StepRequest } from "../schemas/plan.ts";
import { pathOf, placeOfOutput, publish, touchArtifacts } from "../store/artifacts.ts";
import { Fence } from "../store/fence.ts";
import { appendJsonLine, readJsonLines, writeJson } from "../store/files.ts";
import {
  recall,
  remember,
  reusedOutcome,
  type FinishedStep,
  type Recalled,
} from "../store/finished-steps.ts";
import { home } from "../store/home.ts";
import { EventFile } from "./event-file.ts";
import { toApplicationFailure } from "./failures.ts";
import { rememberEnvironment } from "./locked-packages.ts";
import { toolsForFingerprint } from "./toolchain.ts";

const HEARTBEAT_MS = 2_000;
const TOUCH_MS = 30_000;

/** What a kind's code gets: plain paths, a place to work, and a signal to stop. */
export interface StepContext {
  step: PlanStep;
  threads: number;
  /** Path of each artifact parameter, or an id on the hub. */
  inputs: Record<string, string>;
  /** Environment variables that no program of the step may get. */
  withheld: readonly string[];
  /** Where to write each output. */
  outputs: Record<string, string>;
  work: string;
  key: string;
  log: string;
  events: EventFile;
  signal: AbortSignal;
  fence: Fence;
  /** Notes that this attempt goes on from a checkpoint, for the record. */
  resumedFrom: (checkpoint: number) => Promise<void>;
}

/** A kind's own work; gives its metrics. */
export type Perform = (context: StepContext) => Promise<Record<string, number>>;

interface Attempt {
  started: string;
  resumedFrom?: number;
}

/** Wraps a kind's work with all that steps have in common: reuse, fence, heartbeat, publishing, failures. */
export function stepActivity(perform: Perform): (request: StepRequest) => Promise<StepOutcome> {
  return async (request) => {
    const context = Context.current();
    const signal = context.cancellationSignal;
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      const outcome = await runOrReuse(request, perform, signal);
      await writeJson(
        path.join(home.step(request.home, request.run, request.step.id), "outcome.json"),
        outcome,
      );
      return outcome;
    } catch (error) {
      // A stopped child looks like a failure; only the signal tells that it was asked to stop.
      if (signal.aborted)
        throw signal.reason instanceof Error ? signal.reason : new CancelledFailure("stopped");
      throw toApplicationFailure(error);
    } finally {
      clearInterval(beat);
    }
  };
}

async function runOrReuse(request: StepRequest, perform: Perform, signal: AbortSignal): Promise<StepOutcome> {
  const { run, home: root, step, inputs, threads } = request;
  const tools = toolsForFingerprint();
  const print = fingerprint(step, inputs, tools);
  const key = resumeKey(step, inputs, tools);
  const place = home.step(root, run, step.id);
  await mkdir(place, { recursive: true });
  const common = { id: step.id, kind: step.kind, fingerprint: print, inputs, threads };

  // What a later `plan` compares with, to say why a step runs again.
  const fields = resultFields(step, inputs, tools);
  await Promise.all([writeJson(path.join(place, "fields.json"), fields), rememberEnvironment(root)]);
  const known = await recallForUse(root, print);
  if (known.how === "whole") return outcomeOf(request, common, known.step);

  const work = home.work(root, key);
  await mkdir(work, { recursive: true });
  const fence = await Fence.take(work);
  const touching = setInterval(() => void fence.touch(), TOUCH_MS);
  try {
    // Whoever held the directory before may just have finished.
    const meanwhile = await recallForUse(root, print);
    if (meanwhile.how === "whole") return await outcomeOf(request, common, meanwhile.step);
    const damage = meanwhile.how === "damaged" ? meanwhile.defects : [];
    return await runFenced({ request, perform, signal, fence, key, work, place, common, fields, damage });
  } finally {
    clearInterval(touching);
    await fence.release();
  }
}

/** A result that this run goes on with: marked as used, and then looked at. */
async function recallForUse(root: string, print: string): Promise<Recalled> {
  const known = await recall(root, print);
  if (known.how !== "whole") return known;
  await touchArtifacts(root, Object.values(known.step.outputs)).catch(() => {});
  return recall(root, print);
}

interface Fenced {
  request: StepRequest;
  perform: Perform;
  signal: AbortSignal;
  fence: Fence;
  key: string;
  work: string;
  place: string;
  common: Pick<StepOutcome, "id" | "kind" | "inputs" | "threads"> & { fingerprint: string };
  fields: Record<string, unknown>;
  /** Why a result that the store has cannot be used. */
  damage: string[];
}

/** The step's own work and its publishing, in a directory that is this attempt's alone. */
async function runFenced(fenced: Fenced): Promise<StepOutcome> {
  const { request, perform, signal, fence, key, work, place, common, fields, damage } = fenced;
  const { run, home: root, step, inputs, threads } = request;
  const attempts = path.join(place, "attempts.jsonl");
  await appendJsonLine(attempts, { started: new Date().toISOString() } satisfies Attempt);
  const out = path.join(work, "out");
  await rm(out, { recursive: true, force: true });
  const places = Object.entries(step.outputs).map(([name, type]) => ({
    name,
    type,
    ...placeOfOutput(out, name, type),
  }));
  for (const { folder } of places) await mkdir(folder, { recursive: true });
  const events = new EventFile(path.join(place, "events.jsonl"));
  for (const defect of damage) await events.write({ event: "message", text: `made again: ${defect}` });
  const began = Date.now();

  const metrics = await perform({
    step,
    threads,
    withheld: request.withheld,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [
        name,
        typeof input === "string" ? input : pathOf(root, input),
      ]),
    ),
    outputs: Object.fromEntries(places.map(({ name, target }) => [name, target])),
    work,
    key,
    log: path.join(place, "log.txt"),
    events,
    signal,
    fence,
    resumedFrom: (checkpoint) =>
      appendJsonLine(attempts, {
        started: new Date().toISOString(),
        resumedFrom: checkpoint,
      } satisfies Attempt),
  });

  signal.throwIfAborted();
  await fence.check();
  const outputs: Record<string, Artifact> = {};
  for (const { name, type, folder } of places) outputs[name] = await publish(root, folder, type);
  const traces = { log: `${step.id}/log.txt`, events: `${step.id}/events.jsonl` };
  const seconds = (Date.now() - began) / 1000;
  const finished = { run, outputs, metrics, ...traces, fields, seconds };
  await remember(root, common.fingerprint, finished);
  return outcomeOf(request, common, finished);
}

/**
 * The outcome of a step whose result is in the store. What this very run made is done, also when the worker that made
 * it was lost before it could say so; what another run made is reused.
 */
async function outcomeOf(
  { run, home: root, step }: StepRequest,
  common: Fenced["common"],
  finished: FinishedStep,
): Promise<StepOutcome> {
  const attempts = await readJsonLines<Attempt>(path.join(home.step(root, run, step.id), "attempts.jsonl"));
  const starts = attempts.filter(({ resumedFrom }) => resumedFrom === undefined);
  const reused = reusedOutcome(common, finished);
  if (finished.run !== run || starts.length === 0) return reused;
  return {
    ...reused,
    status: "done",
    attempts: starts.length,
    resumed_from: attempts.flatMap(({ resumedFrom }) => (resumedFrom === undefined ? [] : [resumedFrom])),
    started: starts[0]!.started,
    ended: new Date().toISOString(),
    log: finished.log,
    events: finished.events,
  };
}
