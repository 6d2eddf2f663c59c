import type { Stats } from "node:fs";
import { chmod, lstat, readdir } from "node:fs/promises";

interface Found {
  /** As bytes: a name need not be UTF-8. */
  path: Buffer;
  stats: Stats;
}

/**
 * Everything at and below a place, a folder before what it holds; links are not followed. What goes away meanwhile is left
 * out.
 */
export async function* walk(place: string | Buffer): AsyncGenerator<Found> {
  const path = Buffer.from(place);
  const stats = await unlessGone(lstat(path));
  if (stats === undefined) return;
  yield { path, stats };
  if (!stats.isDirectory()) return;
  for (const name of (await unlessGone(readdir(path, { encoding: "buffer" }))) ?? [])
    yield* walk(Buffer.concat([path, Buffer.from("/"), name]));
}

/** Bytes of all files at and below a place. */
export async function sizeOf(place: string): Promise<number> {
  let bytes = 0;
  for await (const { stats } of walk(place)) if (stats.isFile()) bytes += stats.size;
  return bytes;
}

/** Gives the owner every right to the folders at and below a place. */
export async function openFolders(place: string): Promise<void> {
  for await (const { path, stats } of walk(place))
    if (stats.isDirectory() && (stats.mode & 0o700) !== 0o700) await chmod(path, stats.mode | 0o700);
}

const unlessGone = <T>(look: Promise<T>): Promise<T | undefined> =>
  look.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
