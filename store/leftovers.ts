import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isHeld } from "./fence.ts";
import { UNPUBLISHED } from "./files.ts";
import { home } from "./home.ts";
import { isRemoved } from "./remove.ts";
import { sizeOf } from "./walk.ts";

// An id is taken by making the run's folder, just before the run is noted in it.
const RESERVED_MS = 3_600_000;

/** What an interrupted command left behind, by its path in the store. */
export interface Leftover {
  name: string;
  bytes: number;
  /** Time of its last change, in ms since 1970. */
  used: number;
}

/**
 * What interrupted removals, publishings and beginnings of runs left behind. A removal is done under the store's lock: whoever
 * asks here has it.
 * What is being published belongs to the owner of its step's directory; where any owner is alive, nothing that lies elsewhere
 * is taken for left behind.
 */
export async function leftoversIn(root: string): Promise<Leftover[]> {
  const works = await namesIn(home.works(root));
  const held = new Set<string>();
  for (const key of works) if (await isHeld(home.work(root, key))) held.add(key);
  const names: string[] = [];
  for (const folder of ["artifacts", "runs", "work"])
    for (const name of await namesIn(path.join(root, folder)))
      if (isRemoved(name)) names.push(`${folder}/${name}`);
  for (const name of await namesIn(path.join(root, "runs")))
    if (!isRemoved(name) && (await isForsaken(path.join(root, "runs", name)))) names.push(`runs/${name}`);
  for (const key of works.filter((work) => !held.has(work) && !isRemoved(work)))
    for (const name of await namesIn(path.join(home.work(root, key), "out")))
      if (name.endsWith(UNPUBLISHED)) names.push(`work/${key}/out/${name}`);
  // Earlier versions put artifacts together there; the note of a result is still written there.
  if (held.size === 0)
    for (const folder of ["artifacts", "steps"])
      for (const name of await namesIn(path.join(root, folder)))
        if (name.endsWith(UNPUBLISHED)) names.push(`${folder}/${name}`);
  return Promise.all(
    names.map(async (name) => {
      const place = path.join(root, name);
      return { name, bytes: await sizeOf(place), used: (await stat(place)).mtimeMs };
    }),
  );
}

/** Whether a run's id was taken long ago, and the run never noted. */
async function isForsaken(folder: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(folder);
    return mtimeMs < Date.now() - RESERVED_MS && (await readdir(folder)).length === 0;
  } catch {
    // It is gone, or no folder.
    return false;
  }
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
