import { randomUUID } from "node:crypto";
import { lstatSync, unlinkSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { openFolders } from "./walk.ts";

const REMOVED = ".removed";

/** Whether a name is that of something that is being removed, or whose removal was interrupted. */
export const isRemoved = (name: string): boolean => name.endsWith(REMOVED);

/** Renamed first, so that nobody sees half of it. A name of its own: an earlier removal may have been interrupted. */
export async function removeWhole(place: string): Promise<void> {
  const aside = `${place}.${randomUUID()}${REMOVED}`;
  await rename(place, aside);
  await removeTree(aside);
}

/** Removes a file or folder, if there is one, also below folders that a program made read-only. */
export async function removeTree(place: string): Promise<void> {
  // Mostly there is nothing: to be told so by the removal takes longer.
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (found === undefined) return;
  try {
    // A file by itself takes no thread.
    if (found.isDirectory()) await rm(place, { recursive: true, force: true });
    else unlinkSync(place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    await openFolders(place);
    await rm(place, { recursive: true, force: true });
  }
}
