import { lstatSync, statSync, unlinkSync, utimesSync } from "node:fs";
import { mkdir, readdir, rename } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fence, FenceError } from "./fence.ts";
import { readSoon, settle, unlessAbsent, UNPUBLISHED, writeAside, writeFirst } from "./files.ts";
import { tagged, type Look, type Objects, type Tagged, type Writing } from "./objects.ts";
import { isRemoved, removeWhole } from "./remove.ts";

/** Objects as files and folders below a folder, which hosts may share: a key is a path in it. */
export function folderObjects(root: string): Objects {
  const at = (key: string): string => path.join(root, key);
  return {
    async read(key) {
      const bytes = await unlessAbsent(() => readSoon(at(key)));
      return bytes === undefined ? null : Object.assign(tagged(bytes), { bytes });
    },
    write: (key, bytes, how) => write(at(key), bytes, how),
    settle: (key) => settle(at(key)),
    look: (key) => look(at(key)),
    touch(key) {
      return Promise.resolve().then(() => utimesSync(at(key), new Date(), new Date()));
    },
    async list(key) {
      const names = (await unlessAbsent(() => readdir(at(key)))) ?? [];
      return names.filter((name) => !isRemoved(name) && !name.endsWith(UNPUBLISHED));
    },
    remove: (key) => remove(at(key)),
    upload: (key, folder) => takeOver(folder, at(key)),
    // It need not go anywhere.
    download: (key) => Promise.resolve(at(key)),
    here: at,
  };
}

async function write(
  file: string,
  bytes: string | Buffer,
  { when, soon = false }: Writing = {},
): Promise<Tagged | "refused"> {
  if (when === undefined) await writeAside(file, bytes, !soon);
  else if (when === "absent") {
    if (!(await writeFirst(file, bytes, !soon))) return "refused";
  } else if (!(await swap(file, bytes, when.tag, !soon))) return "refused";
  return tagged(bytes);
}

const LOOK_MS = 10;

/**
 * Writes a file that still is what it was. File systems have no such call: of those that want to, one at a time looks and
 * writes, and one that died at it is known to be dead.
 */
async function swap(file: string, bytes: string | Buffer, tag: string, flush: boolean): Promise<boolean> {
  const isSame = async () => {
    const now = await unlessAbsent(() => readSoon(file));
    return now !== undefined && tagged(now).tag === tag;
  };
  while (await isSame()) {
    const fence = await turnAt(`${file}.swap${UNPUBLISHED}`);
    if (fence === null) {
      await sleep(LOOK_MS);
      continue;
    }
    try {
      if (!(await isSame())) return false;
      await writeAside(file, bytes, flush);
      return true;
    } finally {
      await fence.clear();
    }
  }
  return false;
}

/** Null while another one has its turn. */
async function turnAt(folder: string): Promise<Fence | null> {
  try {
    await mkdir(folder, { recursive: true });
    return await Fence.take(folder);
  } catch (error) {
    // ENOENT: whoever had its turn removed the folder just then.
    if (error instanceof FenceError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function look(place: string): Promise<Look | null> {
  const found = await unlessAbsent(() => statSync(place));
  if (found === undefined) return null;
  const { mtimeMs, ino, size } = found;
  return { changed: mtimeMs, version: `${mtimeMs} ${ino} ${size}` };
}

async function remove(place: string): Promise<boolean> {
  // Mostly there is nothing: to be told so by the removal takes longer.
  if (lstatSync(place, { throwIfNoEntry: false }) === undefined) return false;
  return (await unlessAbsent(() => removeSoon(place))) ?? false;
}

function removeSoon(place: string): true | Promise<true> {
  try {
    unlinkSync(place);
    return true;
  } catch (error) {
    // A folder is refused with either.
    if (!["EISDIR", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return removeWhole(place).then(() => true);
  }
}

async function takeOver(folder: string, place: string): Promise<boolean> {
  await mkdir(path.dirname(place), { recursive: true });
  return rename(folder, place).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOTEMPTY" || error.code === "EEXIST" || error.code === "ENOTDIR") return false;
      throw error;
    },
  );
}
