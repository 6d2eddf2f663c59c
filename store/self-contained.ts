import { randomUUID } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import { isFolder } from "./manifest.ts";
import { ContentError, isWithin, listFiles, unreadable } from "./listing.ts";
import { openFolders, walk } from "./walk.ts";

/**
 * Changes a folder so that it means the same anywhere: a link to something in it becomes relative, one that leads out is
 * replaced by a copy of what it leads to. Gives a sentence for each copy. Throws a ContentError for a link that leads nowhere.
 */
export async function makeSelfContained(folder: string): Promise<string[]> {
  const copied: string[] = [];
  if ((await lstat(folder)).isSymbolicLink()) {
    copied.push(`it was a link to '${await realpath(folder)}'; its content was copied`);
    await replaceByCopy(folder);
  }
  const top = await realpath(folder);
  await openFolders(top);
  for await (const { place, entry } of entriesBelow(top)) {
    if (!entry.isSymbolicLink()) continue;
    const target = await realpath(place).catch((error: unknown) => {
      throw new ContentError(unreadable(path.relative(top, place), error));
    });
    if (isWithin(top, target)) await relink(place, path.relative(path.dirname(place), target));
    else {
      copied.push(`'${path.relative(top, place)}' was a link to '${target}'; its content was copied`);
      await replaceByCopy(place);
    }
  }
  return copied;
}

/** Replaces files that have another name somewhere (hard links) by copies: whoever writes there would write here. */
export async function breakHardLinks(folder: string): Promise<void> {
  // What it leads to is somebody else's; it is copied when it is made self-contained.
  if ((await lstat(folder)).isSymbolicLink()) return;
  await openFolders(folder);
  for await (const { place, entry } of entriesBelow(folder))
    if (entry.isFile() && (await lstat(place)).nlink > 1) await replaceByCopy(place);
}

/** Takes the right to write from files. Folders keep it: the owner must be able to remove them. */
export async function makeReadOnly(folder: string): Promise<void> {
  const writable: { place: Buffer; mode: number }[] = [];
  for await (const { path: place, stats } of walk(folder)) {
    const mode = stats.mode & 0o7777;
    if (stats.isFile() && mode !== (mode & 0o555)) writable.push({ place, mode: mode & 0o555 });
  }
  const limit = pLimit(8);
  await Promise.all(writable.map(({ place, mode }) => limit(() => chmod(place, mode).catch(unlessRefused))));
}

/** What belongs to another user, or stands on a disk without modes, stays as it is. */
function unlessRefused(error: NodeJS.ErrnoException): void {
  if (!["EPERM", "ENOTSUP", "ENOSYS"].includes(error.code ?? "")) throw error;
}

async function relink(place: string, target: string): Promise<void> {
  if ((await readlink(place)) === target) return;
  await rm(place);
  await symlink(target, place);
}

async function replaceByCopy(place: string): Promise<void> {
  // Its own name may be as long as a name can be.
  const aside = path.join(path.dirname(place), `${randomUUID()}.partial`);
  if ((await stat(place)).isDirectory()) {
    await mkdir(aside);
    for (const name of await listFiles(place))
      if (isFolder(name)) await mkdir(path.join(aside, name), { recursive: true });
      else await copy(path.join(place, name), path.join(aside, name));
  } else await copy(place, aside);
  await rm(place);
  await rename(aside, place);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  // Where the file system can, the copy takes no room.
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

async function* entriesBelow(folder: string): AsyncGenerator<{ place: string; entry: Dirent }> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    yield { place, entry };
    if (entry.isDirectory()) yield* entriesBelow(place);
  }
}
