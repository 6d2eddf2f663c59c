import { mkdir, realpath } from "node:fs/promises";
import path from "node:path";
import type { Layers } from "../compiler/layers.ts";
import { currentCommit } from "../host/git.ts";
import { machineCapacity } from "../host/machine.ts";
import { toolsForFingerprint } from "../host/tools.ts";
import { writeRecord } from "../record/write-record.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import {
  HEARTBEAT_TIMEOUT_SECONDS,
  type Artifact,
  type FinishedRun,
  type Plan,
  type StepOutcome,
} from "../schemas/plan.ts";
import { newRunId, type StartedRun } from "../store/runs.ts";
import { digestInputs, type Elsewhere } from "./inputs.ts";
import type { Tell } from "./preparing.ts";
import { historyOf } from "./preview/history.ts";
import { previewPlan } from "./preview/preview.ts";
import { unfinishedRun } from "./unfinished.ts";
import type { Store } from "../store/store.ts";

/** What a run is begun with. */
export interface Beginning {
  plan: Plan;
  recipe: Layers;
  /** Absolute path: the recipe's file is named from there. Its paths count from its own folder, and its programs run there. */
  folder: string;
  /** `path=value` settings that the plan was made with, for going on with it. */
  settings?: readonly string[];
  /** Folder that its recipe may name files in; null for any. */
  confine?: string | null;
  /** Inputs that are not in the folder. */
  elsewhere?: Elsewhere;
  /** Start afresh even if such a run is unfinished. */
  afresh?: boolean;
  /** Id that it is to have, decided before; one that is there already goes on. Without it, one by the time. */
  run?: string;
  failFast?: boolean;
  /** A worker that has been silent for this long counts as lost. */
  heartbeatSeconds?: number;
  tell?: Tell;
}

/** `goes-on`: such a run was unfinished. `reused`: the store has everything, and the record is written. */
export type Begun =
  | { how: "goes-on"; started: StartedRun }
  | { how: "reused"; started: StartedRun; record: RunRecord }
  | { how: "begun"; started: StartedRun; reused: number };

/**
 * Begins a run in a store, or goes on with an unfinished one of the same plan, inputs and folder. Nothing works on it yet. Throws
 * RunError (`recipe-invalid`) for inputs that are not there, or not what the recipe says.
 */
export async function beginRun(store: Store, beginning: Beginning): Promise<Begun> {
  await mkdir(store.place, { recursive: true });
  const folder = await realpath(beginning.folder);
  const { plan, elsewhere = {} } = beginning;
  const commit = commitOf(path.resolve(folder, path.dirname(plan.recipe.path)));
  const inputs = await digestInputs(beginning, { store, folder, elsewhere });
  const open =
    beginning.run === undefined
      ? beginning.afresh === true
        ? null
        : await unfinishedRun(store, { plan, inputs, folder })
      : await store.runs.load(beginning.run);
  if (open != null) {
    await store.runs.setPaused(open.request.run, false);
    return { how: "goes-on", started: { ...open, paused: false } };
  }
  const { started, outcomes } = await store.local.locked(() =>
    noteRun(store, { ...beginning, folder, inputs }, commit),
  );
  if (outcomes.length < plan.steps.length) return { how: "begun", started, reused: outcomes.length };
  const record = await finishReused(store, started.request.run, outcomes);
  return { how: "reused", started, record };
}

interface Commit {
  commit: string | null;
  /** What Git did not say in time, in sentences. */
  unanswered: string[];
}

/** Git is asked first of all, and answers beside the rest. */
async function commitOf(folder: string): Promise<Commit> {
  const unanswered: string[] = [];
  return { commit: await currentCommit(folder, (sentence) => unanswered.push(sentence)), unanswered };
}

/** A new run, noted with the results that it counts on; and what is reused already. */
async function noteRun(
  store: Store,
  { plan, inputs, folder, tell = () => {}, ...beginning }: Beginning & { inputs: Record<string, Artifact> },
  asked: Promise<Commit>,
): Promise<{ started: StartedRun; outcomes: StepOutcome[] }> {
  const now = new Date();
  const unanswered = (sentence: string) => tell({ says: "unanswered", sentence });
  const [previews, capacity, { commit, unanswered: late }] = await Promise.all([
    toolsForFingerprint(store).then((tools) =>
      previewPlan(store, plan, inputs, tools, historyOf(store, plan)),
    ),
    machineCapacity(plan, unanswered),
    asked,
  ]);
  late.forEach(unanswered);
  for (const { step, because } of previews) {
    for (const { text } of because.filter(({ kind }) => kind === "damaged"))
      tell({ says: "damaged", step: step.id, text });
  }
  const started: StartedRun = {
    request: {
      run: beginning.run ?? (await freeId(store, plan, now)),
      plan,
      capacity,
      inputs,
      heartbeatSeconds: beginning.heartbeatSeconds ?? HEARTBEAT_TIMEOUT_SECONDS,
      failFast: beginning.failFast ?? false,
      redo: null,
    },
    folder,
    paths: "recipe",
    started: now.toISOString(),
    commit,
    settings: beginning.settings ?? [],
    confine: beginning.confine ?? null,
    elsewhere: beginning.elsewhere ?? {},
    reuses: previews.flatMap(({ action, fingerprint }) =>
      action === "reuse" && fingerprint !== null ? [fingerprint] : [],
    ),
    versions: [],
    paused: false,
  };
  const outcomes = previews.flatMap(({ outcome }) => outcome ?? []);
  // Of one that is over at once the record will be flushed as well: both together.
  await store.runs.save(started, outcomes.length === plan.steps.length);
  return { started, outcomes };
}

/** An id that no run has: two may begin within one second. To be called with the store's lock. */
async function freeId(store: Store, { recipe, digest }: Plan, now: Date): Promise<string> {
  for (let time = now.getTime(); ; time += 1_000) {
    const id = newRunId(recipe.name, digest, new Date(time));
    if (!(await store.runs.isTaken(id))) return id;
  }
}

/** The record of a run that found everything in the store. */
async function finishReused(store: Store, id: string, outcomes: StepOutcome[]): Promise<RunRecord> {
  // It may have been cancelled meanwhile.
  const cancelled = await store.runs.loadRecord(id);
  if (cancelled !== undefined) return cancelled;
  await Promise.all(outcomes.map((outcome) => store.runs.saveReused(id, outcome)));
  const statuses = Object.fromEntries(outcomes.map((outcome) => [outcome.id, outcome.status]));
  const finished: FinishedRun = { run: id, status: "done", statuses, failures: [] };
  const [record] = await Promise.all([writeRecord(store, finished), store.runs.settle(id)]);
  return record;
}
