import { realpath } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { defectsOf } from "../schemas/schema-defects.ts";
import { validateRecord } from "../schemas/validators.ts";
import { loadIfWhole, save, saveSoon } from "./json-objects.ts";
import { keys } from "./keys.ts";
import { isWithin } from "./listing.ts";
import type { Objects } from "./objects.ts";
import type { Opened } from "./opened.ts";

/** What a run was started with, beside what the plan says: for the record and for going on. */
export interface StartedRun {
  request: RunRequest;
  /**
   * Absolute path of the folder where it was begun, which its recipe's file is named from. A run of an earlier version does not
   * say: then it is the folder of whoever works on it.
   */
  folder?: string;
  /**
   * What its paths count from, and where its programs run: the recipe's own folder. A run of an earlier version does not say: then
   * it is `folder`.
   */
  paths?: "recipe";
  started: string;
  commit: string | null;
  /** `path=value` settings of the command line. */
  settings: readonly string[];
  /** Folder that its recipe may name files in; a run of an earlier version does not say. */
  confine?: string | null;
  /** Inputs that are not in its folder: absolute paths, by those that the recipe names. */
  elsewhere?: Readonly<Record<string, string>>;
  /** Fingerprints of the results that it found in the store when it began. */
  reuses: string[];
  /** Earlier plans of this run, which was continued with another one. */
  versions: RunRecord["versions"];
  /** Nothing of it runs until it is resumed. */
  paused: boolean;
}

/** The folder that a run's paths count from and its programs run in; null where its file does not say. */
export const workingFolderOf = ({ folder, paths, request }: StartedRun): string | null =>
  folder === undefined
    ? null
    : paths === "recipe"
      ? path.resolve(folder, path.dirname(request.plan.recipe.path))
      : folder;

/** A run's id: sorts by time, names the recipe, and says which plan. */
export function newRunId(recipe: string, digest: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${recipe}-${stamp}-${digest.slice(0, 6)}`;
}

/** A run as its file keeps it: a folder that was moved or copied goes on, so nothing in it names the folder. */
interface KeptRun extends Omit<StartedRun, "request"> {
  /** Earlier versions wrote where the store was. */
  request: RunRequest & { home?: unknown };
}

/**
 * Notes a run, on the disk unless it is to be `soon`. Inputs that lie beside the store move with it, and count from there; others keep
 * their place.
 */
export async function saveRun(
  { root, objects }: Opened,
  { request, folder, ...started }: StartedRun,
  soon = false,
): Promise<void> {
  const inputs = mapInputs(request, (uri) =>
    isWithin(path.dirname(root), uri) ? path.relative(root, uri) : uri,
  );
  return (soon ? saveSoon : save)(objects, keys.started(request.run), {
    ...started,
    ...(folder === undefined ? {} : { folder: await folderFrom(root, folder) }),
    request: { ...request, inputs },
  } satisfies KeptRun);
}

/** A run by its id, as one of this very store. */
export const loadRun = (store: Opened, run: string): Promise<StartedRun | undefined> =>
  loadRunAt(store, run, () => realpath(store.root));

async function loadRunAt(
  { root, objects }: Opened,
  run: string,
  realRoot: () => Promise<string>,
): Promise<StartedRun | undefined> {
  const kept = await loadIfWhole<KeptRun>(objects, keys.started(run), "request");
  if (kept === undefined) return undefined;
  const inputs = mapInputs(kept.request, (uri) => path.resolve(root, uri));
  const { home: _, ...request } = kept.request;
  return {
    ...kept,
    ...(kept.folder === undefined ? {} : { folder: path.resolve(await realRoot(), kept.folder) }),
    request: { ...request, inputs },
  };
}

/**
 * A run's folder, as its file keeps it: one beside or above the store moves with it, and counts from there. What the store's path
 * has of links does not count: they may lead to one store from many folders.
 */
async function folderFrom(root: string, folder: string): Promise<string> {
  const store = await realpath(root);
  const [above, { root: top }] = [path.dirname(store), path.parse(store)];
  const moves = (above !== top && isWithin(above, folder)) || (folder !== top && isWithin(folder, store));
  return moves ? path.relative(store, folder) : folder;
}

const mapInputs = (
  { inputs }: Pick<RunRequest, "inputs">,
  place: (uri: string) => string,
): RunRequest["inputs"] =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, { ...input, uri: place(input.uri) }]),
  );

/** Notes that a run is paused, or is no more. */
export async function setPaused(store: Opened, run: string, paused: boolean): Promise<void> {
  const started = await loadRun(store, run);
  if (started !== undefined && started.paused !== paused) await saveRun(store, { ...started, paused });
}

/** Keeps the record of a run that is over. */
export const saveRecord = (objects: Objects, run: string, record: RunRecord): Promise<void> =>
  save(objects, keys.record(run), record);

/** The record of a run that is over; one that does not fit its schema counts as absent. */
export async function loadRecord(objects: Objects, run: string): Promise<RunRecord | undefined> {
  const record = await readRecord(objects, run);
  return record === undefined || defectsOf(validateRecord(), record).length > 0 ? undefined : record;
}

/** Why the record of a run that has one cannot be read; empty where there is nothing to say. */
export async function recordDefects(objects: Objects, run: string): Promise<string[]> {
  const record = await readRecord(objects, run);
  return record === undefined ? [] : defectsOf(validateRecord(), record);
}

const readRecord = (objects: Objects, run: string): Promise<RunRecord | undefined> =>
  loadIfWhole<RunRecord>(objects, keys.record(run), "steps");

/** Ids of all runs, also of those that cannot be read; from their names alone. */
export const runIds = (objects: Objects): Promise<string[]> => objects.list(keys.runs);

/** Ids of a recipe's runs, newest first; from their names alone. */
export async function listRunsOf(objects: Objects, recipe: string): Promise<string[]> {
  const names = await runIds(objects);
  const stamp = /^-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$/;
  return names
    .filter((name) => name.startsWith(recipe) && stamp.test(name.slice(recipe.length)))
    .sort()
    .toReversed();
}

/** Ids of all runs in a store, newest first. */
export const listRuns = async (store: Opened): Promise<string[]> =>
  (await loadRuns(store)).map(({ name }) => name);

/** All runs in a store, newest first, with the names that they have there. */
export async function loadRuns(store: Opened): Promise<{ name: string; started: StartedRun }[]> {
  let real: Promise<string> | undefined;
  const realRoot = () => (real ??= realpath(store.root));
  const names = await runIds(store.objects);
  const found = await Promise.all(
    names.map(async (name) => ({ name, started: await loadRunAt(store, name, realRoot) })),
  );
  return found
    .flatMap(({ name, started }) => (started === undefined ? [] : [{ name, started }]))
    .sort((a, b) => (a.started.started < b.started.started ? 1 : -1));
}
