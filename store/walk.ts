import type { Stats } from "node:fs";
import { chmod, lstat, readdir } from "node:fs/promises";

interface Found {
  /** As bytes: a name need not be UTF-8. */
  path: Buffer;
  stats: Stats;
}

// Names of a folder: one after the other, each would wait for a thread.
const LOOKED_AT_TOGETHER = 256;

/**
 * Everything at and below a place, a folder before what it holds; links are not followed. What goes away meanwhile is left
 * out.
 */
export async function* walk(place: string | Buffer): AsyncGenerator<Found> {
  const found = await lookAt(Buffer.from(place));
  if (found !== undefined) yield* walkFrom(found);
}

async function* walkFrom(found: Found): AsyncGenerator<Found> {
  yield found;
  if (!found.stats.isDirectory()) return;
  const names = (await unlessGone(readdir(found.path, { encoding: "buffer" }))) ?? [];
  for (let at = 0; at < names.length; at += LOOKED_AT_TOGETHER) {
    const together = names.slice(at, at + LOOKED_AT_TOGETHER);
    for (const inside of await Promise.all(together.map((name) => lookAt(within(found.path, name)))))
      if (inside !== undefined) yield* walkFrom(inside);
  }
}

async function lookAt(path: Buffer): Promise<Found | undefined> {
  const stats = await unlessGone(lstat(path));
  return stats && { path, stats };
}

const within = (folder: Buffer, name: Buffer): Buffer => Buffer.concat([folder, Buffer.from("/"), name]);

/** Bytes of all files at and below a place. */
export async function sizeOf(place: string): Promise<number> {
  let bytes = 0;
  for await (const { stats } of walk(place)) if (stats.isFile()) bytes += stats.size;
  return bytes;
}

/** Gives the owner every right to the folders at and below a place. */
export async function openFolders(place: string | Buffer): Promise<void> {
  const found = await lookAt(Buffer.from(place));
  if (!found?.stats.isDirectory()) return;
  const { path, stats } = found;
  if ((stats.mode & 0o700) !== 0o700) await chmod(path, stats.mode | 0o700);
  for (const entry of (await unlessGone(readdir(path, { encoding: "buffer", withFileTypes: true }))) ?? [])
    if (entry.isDirectory()) await openFolders(within(path, entry.name));
}

const unlessGone = <T>(look: Promise<T>): Promise<T | undefined> =>
  look.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
