import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import { digestOf } from "../compiler/digest.ts";
import { hashFile } from "./files.ts";

export interface ManifestEntry {
  path: string;
  bytes: number;
  sha256: string;
}

/** Every file below a folder with size and digest, sorted by path; its own digest names the content. */
export async function manifestOf(folder: string): Promise<{ files: ManifestEntry[]; digest: string }> {
  const limit = pLimit(8);
  const files = await Promise.all(
    (await listFiles(folder)).map((name) =>
      limit(async () => {
        const file = path.join(folder, name);
        return { path: name, bytes: (await stat(file)).size, sha256: await hashFile(file) };
      }),
    ),
  );
  return { files, digest: digestOf(files) };
}

/** Whether every file of a manifest is there with its size. Cheap: nothing is read. */
export async function isWhole(folder: string, files: readonly ManifestEntry[]): Promise<boolean> {
  const sizes = await Promise.all(
    files.map(({ path: name }) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  return files.every(({ bytes }, index) => sizes[index] === bytes);
}

/**
 * Paths of all files below a folder, with forward slashes, sorted by code unit: the same on every machine. Links are
 * followed: hub caches and data sets are often made of them, and what counts is the content.
 */
async function listFiles(folder: string, below = ""): Promise<string[]> {
  const names = await readdir(path.join(folder, below));
  const found = await Promise.all(
    names.map(async (name) => {
      const inside = below === "" ? name : `${below}/${name}`;
      const entry = await stat(path.join(folder, inside));
      return entry.isDirectory() ? listFiles(folder, inside) : [inside];
    }),
  );
  return found.flat().sort((a, b) => (a < b ? -1 : 1));
}
