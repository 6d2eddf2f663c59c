import { lstat, readdir } from "node:fs/promises";
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
        return { path: name, bytes: (await lstat(file)).size, sha256: await hashFile(file) };
      }),
    ),
  );
  return { files, digest: digestOf(files) };
}

/** Whether every file of a manifest is there with its size. Cheap: nothing is read. */
export async function isWhole(folder: string, files: readonly ManifestEntry[]): Promise<boolean> {
  const sizes = await Promise.all(
    files.map(({ path: name }) =>
      lstat(path.join(folder, name)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  return files.every(({ bytes }, index) => sizes[index] === bytes);
}

/** Paths of all files below a folder, with forward slashes, sorted by code unit: the same on every machine. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .sort((a, b) => (a < b ? -1 : 1));
}
