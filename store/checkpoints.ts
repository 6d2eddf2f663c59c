import { readdir } from "node:fs/promises";
import path from "node:path";
import { hashFile, readJson } from "./files.ts";
import { firstDefect, type ManifestEntry } from "./manifest.ts";

const MARKER = "reprise-checkpoint.json";

interface Marker {
  step: number;
  key: string;
  files: ManifestEntry[];
}

export interface Checkpoint {
  step: number;
  directory: string;
}

/**
 * The newest complete checkpoint whose key matches. `refused` says of newer ones why they were not taken.
 * Complete means: the marker, written last, is there, and every file has the size and digest that it lists.
 */
export async function newestCheckpoint(
  folder: string,
  key: string,
): Promise<{ checkpoint: Checkpoint | null; refused: string[] }> {
  const names = await readdir(folder).catch(() => []);
  const numbered = names
    .map((name) => ({ name, step: Number(/^checkpoint-([0-9]+)$/.exec(name)?.[1] ?? Number.NaN) }))
    .filter(({ step }) => !Number.isNaN(step))
    .sort((a, b) => b.step - a.step);
  const refused: string[] = [];
  for (const { name, step } of numbered) {
    const directory = path.join(folder, name);
    const wrong = await defectOf(directory, key);
    if (wrong === null) return { checkpoint: { step, directory }, refused };
    refused.push(`${name}: ${wrong}`);
  }
  return { checkpoint: null, refused };
}

async function defectOf(directory: string, key: string): Promise<string | null> {
  const marker = await readJson<Marker>(path.join(directory, MARKER)).catch(() => undefined);
  if (marker === undefined) return "it was not completed";
  if (marker.key !== key) return "it belongs to other parameters or inputs";
  const defect = await firstDefect(directory, marker.files);
  if (defect !== null) return defect;
  for (const { path: name, sha256 } of marker.files) {
    if ((await hashFile(path.join(directory, name))) !== sha256) return `'${name}' was changed`;
  }
  return null;
}
