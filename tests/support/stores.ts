import { utimesSync } from "node:fs";
import path from "node:path";
import { folderObjects } from "../../store/folder-objects.ts";
import type { Opened } from "../../store/opened.ts";
import { memoryObjects } from "./memory-objects.ts";

interface TriedStore extends Opened {
  /** Sets when a shared object was last used; ms since 1970. */
  setUsed: (key: string, time: number) => void;
}

/** A store that hosts share as a folder. */
export const inFolder = (root: string): TriedStore => ({
  root,
  objects: folderObjects(root),
  setUsed: (key, time) => utimesSync(path.join(root, key), time / 1000, time / 1000),
});

/** One that nobody shares, whose folder has only what is this machine's. */
const inMemory = (root: string): TriedStore => {
  const objects = memoryObjects(path.join(root, "memory"));
  return { root, objects, setUsed: objects.setChanged };
};

export const STORES = [
  ["a folder", inFolder],
  ["memory", inMemory],
] as const;
