import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { isFenceFile } from "./fence.ts";
import { home } from "./home.ts";
import { removeTree } from "./remove.ts";

/** Forgets who works on a store's runs and in its step directories: none of them does, in one that is a copy. */
export async function forgetWorkers(root: string): Promise<void> {
  for (const run of await namesIn(home.runs(root)))
    await removeTree(path.join(home.run(root, run), "workers"));
  for (const key of await namesIn(home.works(root)))
    for (const name of await namesIn(home.work(root, key)))
      if (isFenceFile(name)) await rm(path.join(home.work(root, key), name), { force: true });
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
