import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { hashFile, readJson, writeJsonInto } from "./files.ts";
import { firstDefect, isFolder, manifestOf, type ManifestEntry } from "./manifest.ts";

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
  folder: string,
  { key, upTo = Number.POSITIVE_INFINITY, only }: Wanted,
): Promise<{ checkpoint: Checkpoint | null; refused: string[] }> {
  const refused: string[] = [];
  for (const { name, step } of await numbered(folder)) {
    if (only !== undefined && step !== only) continue;
    const directory = path.join(folder, name);
    const marker = await readMarker(directory);
    const defect =
      step > upTo ? `the training has only ${upTo} steps` : await defectOf(directory, marker, key);
    const { fields = {}, inexact = [] } = marker ?? {};
    if (defect === null) return { checkpoint: { step, directory, fields, inexact }, refused };
    refused.push(`${name}: ${defect}`);
  }
  return { checkpoint: null, refused };
}

/** A checkpoint as a person asks for it. */
export interface ListedCheckpoint {
  step: number;
  directory: string;
  bytes: number;
  /** ISO time. */
  saved: string;
  /** What is wrong with it, or null. */
  defect: string | null;
}

/** Every checkpoint in a folder, the newest first. */
export async function listCheckpoints(folder: string): Promise<ListedCheckpoint[]> {
  return Promise.all(
    (await numbered(folder)).map(async ({ name, step }) => {
      const directory = path.join(folder, name);
      const marker = await readMarker(directory);
      const defect = await defectOf(directory, marker, marker?.key ?? "");
      const bytes = marker?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
      return { step, directory, bytes, saved: (await stat(directory)).mtime.toISOString(), defect };
    }),
  );
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

/** Folders named checkpoint-<step>, the newest first. */
async function numbered(folder: string): Promise<{ name: string; step: number }[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => ({ name, step: Number(/^checkpoint-([0-9]+)$/.exec(name)?.[1] ?? Number.NaN) }))
    .filter(({ step }) => !Number.isNaN(step))
    .sort((a, b) => b.step - a.step);
}

const readMarker = (directory: string): Promise<Marker | undefined> =>
  readJson<Marker>(path.join(directory, MARKER)).catch(() => undefined);

async function defectOf(directory: string, marker: Marker | undefined, key: string): Promise<string | null> {
  if (marker === undefined) return "it was not completed";
  if (marker.key !== key) return "it belongs to other parameters or inputs";
  const defect = await firstDefect(directory, marker.files);
  if (defect !== null) return defect;
  for (const { path: name, sha256 } of marker.files) {
    if (isFolder(name)) continue;
    if ((await hashFile(path.join(directory, name))) !== sha256) return `'${name}' was changed`;
  }
  return null;
}
