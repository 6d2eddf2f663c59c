import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isHeld } from "./fence.ts";
import { UNPUBLISHED } from "./files.ts";
import { home } from "./home.ts";
import { isRemoved } from "./remove.ts";
import { sizeOf } from "./walk.ts";

/** What an interrupted command left behind, by its path in the store. */
export interface Leftover {
  name: string;
  bytes: number;
  /** Time of its last change, in ms since 1970. */
  used: number;
}

/**
 * What interrupted removals and publishings left behind. A removal is done under the store's lock: whoever asks here has it.
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

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
