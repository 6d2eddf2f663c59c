import { mkdir, readdir, rename, stat } from "node:fs/promises";
import path from "node:path";
import { planChanges } from "../compiler/plan-changes.ts";
import { machineCapacity } from "../host/machine.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { Artifact, Plan } from "../schemas/plan.ts";
import { workingFolderOf, type StartedRun } from "../store/runs.ts";
import { RunError } from "./errors.ts";
import { digestInputs } from "./inputs.ts";
import { tellChangedKind } from "./kinds/changed-kind.ts";
import type { Tell } from "./preparing.ts";
import { planOf } from "./recipe/compile-recipe.ts";
import { withSession } from "./with-session.ts";
import type { Store } from "../store/store.ts";

/** How a run goes on: with the recipe as it is now, and with some steps done again. */
interface Continuation {
  /** A step to do again with all that hangs on it, although the store has their results. */
  from?: string | null;
  /** Absolute path of the folder that paths count from in a run of an earlier version, which names none. */
  folder: string;
  tell?: Tell;
}

/**
 * Prepares a run to go on: paused, failed, cancelled or unfinished. If the recipe was edited meanwhile, its new plan is
 * taken, and the run keeps both and what changed. Nothing that an earlier part of the run left is lost. Throws RunError:
 * `run-done`, `run-at-work`, `folder-gone`, `step-unknown`, `recipe-invalid`.
 */
export async function continueRun(
  store: Store,
  started: StartedRun,
  { from = null, folder: fallback, tell = () => {} }: Continuation,
): Promise<StartedRun> {
  const { run, plan: before } = started.request;
  const record = await store.runs.loadRecord(run);
  if (record?.status === "done" && from === null) throw new RunError({ why: "run-done", run });
  const folder = await folderOf(started, fallback);
  const { elsewhere = {} } = started;
  const pathsFrom = started.paths ?? "folder";
  const planned = planOf(folder, {
    file: before.recipe.path,
    pathsFrom,
    settings: started.settings,
    ...(before.recipe.profile === null ? {} : { profile: before.recipe.profile }),
    ...(started.confine == null ? {} : { confine: started.confine }),
    elsewhere,
  });
  if (planned.diagnostics.length > 0) tell({ says: "findings", ...planned });
  const after = planned.plan;
  const again = from === null ? [] : withFollowers(after, from);
  const inputs = await digestInputs(planned, { store, folder, elsewhere, pathsFrom });
  const found = [
    ...planChanges(before, after).map((change) => ({ change })),
    ...(await contentChanges(store, after, started.request.inputs, inputs)),
  ];
  const changes = found.map(({ change }) => change);
  const replaces = changes.length > 0 || after.digest !== before.digest || again.length > 0;
  if (replaces) await endWorkflow(store, run);
  for (const one of found) tell({ says: "changed", ...one });
  const now = new Date().toISOString();
  const next: StartedRun = {
    ...started,
    request: {
      ...started.request,
      plan: after,
      // It may go on at another machine.
      capacity: await machineCapacity(after, (sentence) => tell({ says: "unanswered", sentence })),
      inputs,
      redo: again.length === 0 ? started.request.redo : { steps: again, since: now },
    },
    versions:
      changes.length === 0
        ? started.versions
        : [...started.versions, { plan: before.digest, until: now, changes }],
    paused: false,
  };
  await setAside(store, run, record !== undefined, again);
  await store.runs.save(next);
  return next;
}

/** The folder that a run works in. */
async function folderOf(started: StartedRun, elsewhere: string): Promise<string> {
  const working = workingFolderOf(started);
  if (started.folder === undefined || working === null) return elsewhere;
  const there = await stat(working).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!there) throw new RunError({ why: "folder-gone", run: started.request.run, folder: working });
  return started.folder;
}

/** Inputs whose content is another one: the old workflow would take the new content for the old. */
async function contentChanges(
  store: Store,
  { kinds = {} }: Plan,
  before: Record<string, Artifact>,
  after: Record<string, Artifact>,
): Promise<{ change: RunRecord["versions"][number]["changes"][number]; text?: string }[]> {
  const folders = new Set(Object.values(kinds).map(({ folder }) => folder));
  const other = Object.entries(after).filter(
    ([name, { digest }]) => before[name] !== undefined && before[name].digest !== digest,
  );
  return Promise.all(
    other.map(async ([name, { digest: to, uri: place }]) => {
      const from = before[name]!.digest;
      if (!folders.has(name)) return { change: { step: null, field: `inputs.${name}.sha256`, from, to } };
      const text = await tellChangedKind(store, { folder: name, place, from, to });
      return { change: { step: null, field: `kind ${name}`, from, to }, text };
    }),
  );
}

/** A step and every step that waits for it. */
function withFollowers({ steps }: Plan, from: string): string[] {
  if (!steps.some(({ id }) => id === from))
    throw new RunError({ why: "step-unknown", step: from, steps: steps.map(({ id }) => id) });
  const found = new Set([from]);
  for (const { id, after } of steps) if (after.some((other) => found.has(other))) found.add(id);
  return [...found];
}

/** A workflow keeps the plan that it was started with: one with another plan takes its place. */
async function endWorkflow(store: Store, run: string): Promise<void> {
  const workers = await store.local.surelyLiveWorkers(run);
  if (workers.length > 0) throw new RunError({ why: "run-at-work", run, workers });
  await withSession(store, async (session) => {
    const attached = await session.attach(run);
    await attached?.handle.terminate("it goes on with another plan");
  });
}

/** An earlier record, and what is done again, are kept aside. */
async function setAside(store: Store, run: string, hasRecord: boolean, steps: string[]): Promise<void> {
  if (!hasRecord && steps.length === 0) return;
  const { earlier: folder } = store.runs.files(run);
  await mkdir(folder, { recursive: true });
  const numbers = (await readdir(folder)).map(Number).filter(Number.isInteger);
  const number = Math.max(0, ...numbers) + 1;
  const aside = path.join(folder, String(number));
  await mkdir(aside);
  await store.runs.setAside(run, { record: hasRecord, steps, number });
  for (const step of steps) await moveFiles(store.runs.step(run, step).folder, path.join(aside, step));
}

/** Files alone: a step may be called as a folder of the run's own, such as 'earlier'. */
async function moveFiles(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // Of a step that never began.
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = entries.filter((entry) => entry.isFile());
  if (files.length > 0) await mkdir(to, { recursive: true });
  for (const { name } of files) await rename(path.join(from, name), path.join(to, name));
}
