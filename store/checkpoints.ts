import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { hashFile, readJson, writeJsonInto } from "./files.ts";
import { load } from "./json-objects.ts";
import { keys } from "./keys.ts";
import { firstDefect, isFolder, manifestOf, type ManifestEntry } from "./manifest.ts";
import type { Objects } from "./objects.ts";

const MARKER = "reprise-checkpoint.json";

interface Marker {
  step: number;
  key: string;
  /** Parameters that may differ between the checkpoint and the run that resumes it. */
  fields?: Record<string, unknown>;
  /** Why its state may differ from that of an undisturbed run. */
  inexact?: string[];
  files: ManifestEntry[];
}

export interface Checkpoint {
  step: number;
  directory: string;
  fields: Record<string, unknown>;
  inexact: string[];
}

interface Wanted {
  key: string;
  /** Checkpoints beyond this step are of no use. */
  upTo?: number;
  /** Only this one. */
  only?: number;
}

/**
 * The newest complete checkpoint whose key matches. `refused` says of newer ones why they were not taken.
 * Complete means: the marker, written last, is there, and every file has the size and digest that it lists.
 */
export async function newestCheckpoint(
  objects: Objects,
  { key, upTo = Number.POSITIVE_INFINITY, only }: Wanted,
): Promise<{ checkpoint: Checkpoint | null; refused: string[] }> {
  const refused: string[] = [];
  for (const { name, step } of await checkpointsIn(objects, key)) {
    if (only !== undefined && step !== only) continue;
    const place = `${keys.checkpoints(key)}/${name}`;
    const marker = await loadMarker(objects, place);
    const early = step > upTo ? `the training has only ${upTo} steps` : defectOfMarker(marker, key);
    const directory = early === null ? await objects.download(place) : "";
    const defect = early ?? (await defectOf(directory, marker!));
    const { fields = {}, inexact = [] } = marker ?? {};
    if (defect === null) return { checkpoint: { step, directory, fields, inexact }, refused };
    refused.push(`${name}: ${defect}`);
  }
  return { checkpoint: null, refused };
}

/** A checkpoint as a person asks for it. */
export interface ListedCheckpoint {
  step: number;
  /** Where it is on this machine; null where it is not. */
  directory: string | null;
  bytes: number;
  /** ISO time. */
  saved: string;
  /** What is wrong with it as far as it is on this machine, or null. */
  defect: string | null;
}

/** Every checkpoint of a step directory, the newest first. */
export async function listCheckpoints(objects: Objects, key: string): Promise<ListedCheckpoint[]> {
  const found = await Promise.all(
    (await checkpointsIn(objects, key)).map(async ({ name, step }) => {
      const place = `${keys.checkpoints(key)}/${name}`;
      const [marker, look] = await Promise.all([loadMarker(objects, place), objects.look(place)]);
      // It was removed meanwhile.
      if (look === null) return [];
      const early = defectOfMarker(marker, marker?.key ?? "");
      const directory = objects.here(place);
      const defect = early ?? (directory === null ? null : await defectOf(directory, marker!));
      const bytes = marker?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
      return [{ step, directory, bytes, saved: new Date(look.changed).toISOString(), defect }];
    }),
  );
  return found.flat();
}

/** Removes checkpoints beyond a step: a trainer that goes on from there counts and deletes by number. */
export async function dropNewer(folder: string, step: number): Promise<void> {
  for (const { name } of (await numbered(folder)).filter((other) => other.step > step))
    await rm(path.join(folder, name), { recursive: true, force: true });
}

/**
 * Completes checkpoints that a program has put in place by a rename, and removes all but the newest `keep`. Gives the
 * steps of those that it completed.
 */
export async function completeRenamed(folder: string, key: string, keep: number): Promise<number[]> {
  const completed: number[] = [];
  const all = await numbered(folder);
  for (const { name, step } of all.toReversed()) {
    const directory = path.join(folder, name);
    if ((await readMarker(directory)) !== undefined) continue;
    if (await complete(directory, step, key)) completed.push(step);
  }
  for (const { name } of all.slice(keep)) await rm(path.join(folder, name), { recursive: true, force: true });
  return completed;
}

/** Writes the marker of a checkpoint; gives false if the program has removed it meanwhile. */
async function complete(directory: string, step: number, key: string): Promise<boolean> {
  try {
    const { files } = await manifestOf(directory);
    await writeJsonInto(path.join(directory, MARKER), { step, key, files } satisfies Marker);
    return true;
  } catch (error) {
    if (existsSync(directory)) throw error;
    return false;
  }
}

interface Numbered {
  name: string;
  step: number;
}

/** Those in a folder that a program works in. */
const numbered = async (folder: string): Promise<Numbered[]> => byStep(await readdir(folder).catch(() => []));

const checkpointsIn = async (objects: Objects, key: string): Promise<Numbered[]> =>
  byStep(await objects.list(keys.checkpoints(key)));

/** Names such as checkpoint-<step>, the newest first. */
function byStep(names: readonly string[]): Numbered[] {
  return names
    .map((name) => ({ name, step: Number(/^checkpoint-([0-9]+)$/.exec(name)?.[1] ?? Number.NaN) }))
    .filter(({ step }) => !Number.isNaN(step))
    .sort((a, b) => b.step - a.step);
}

const readMarker = (directory: string): Promise<Marker | undefined> =>
  readJson<Marker>(path.join(directory, MARKER)).catch(() => undefined);

const loadMarker = (objects: Objects, place: string): Promise<Marker | undefined> =>
  load<Marker>(objects, `${place}/${MARKER}`).catch(() => undefined);

function defectOfMarker(marker: Marker | undefined, key: string): string | null {
  if (marker === undefined) return "it was not completed";
  return marker.key === key ? null : "it belongs to other parameters or inputs";
}

async function defectOf(directory: string, marker: Marker): Promise<string | null> {
  const defect = await firstDefect(directory, marker.files);
  if (defect !== null) return defect;
  for (const { path: name, sha256 } of marker.files) {
    if (isFolder(name)) continue;
    if ((await hashFile(path.join(directory, name))) !== sha256) return `'${name}' was changed`;
  }
  return null;
}
