import { realpathSync, statSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { readJsonIfWhole, writeJson } from "../store/files.ts";
import { isAlive, type ProcessIdentity } from "../store/processes.ts";
import type { Store } from "../store/store.ts";

/** A folder as it is now: one that was moved has another path, one that was copied or made again another inode. */
export interface FolderIdentity {
  path: string;
  inode: string;
}

/** The embedded server of one store. Other commands find it by this file. */
export interface RunningServer {
  process: ProcessIdentity;
  address: string;
  version: string;
  /** Where its files are. An earlier version did not note it. */
  folder?: FolderIdentity;
}

/** The folder at a path, or null where there is none. */
export function identifyFolder(place: string): FolderIdentity | null {
  try {
    return { path: realpathSync(place), inode: statSync(place, { bigint: true }).ino.toString() };
  } catch {
    return null;
  }
}

/** Whether two paths lead to one folder, here. */
export function isOneFolder(one: string, other: string): boolean {
  const [first, second] = [identifyFolder(one), identifyFolder(other)];
  return one === other || (first !== null && first.inode === second?.inode);
}

/** Whether the very folder is still there. */
export function isSameFolder(folder: FolderIdentity): boolean {
  const now = identifyFolder(folder.path);
  return now?.path === folder.path && now.inode === folder.inode;
}

const fileOf = (store: Store): string => store.local.server.state;

export const noteServer = (store: Store, server: RunningServer): Promise<void> =>
  writeJson(fileOf(store), server);
export const forgetServer = (store: Store): Promise<void> => rm(fileOf(store), { force: true });
export const lastServer = (store: Store): Promise<RunningServer | undefined> =>
  readJsonIfWhole<RunningServer>(fileOf(store), "process");

/** The live server whose files are in this very folder: a copy of a folder has the file of the original's. */
export async function liveServer(store: Store): Promise<RunningServer | undefined> {
  const known = await lastServer(store);
  return known !== undefined && isLive(store, known) ? known : undefined;
}

/** Whether a server lives, and its files are in this very folder. Then no other one can have taken its place. */
export function isLive(store: Store, { process, folder }: RunningServer): boolean {
  if (!isAlive(process)) return false;
  const here = identifyFolder(store.local.server.folder);
  return folder === undefined || (folder.path === here?.path && folder.inode === here.inode);
}

/** A database file belongs to one server version: the server has no migrations, so the name carries it. */
export const databaseOf = (store: Store, version: string): string => store.local.server.database(version);

/** Versions of the servers, other than the one of `version`, that have left their file in a store. */
export async function otherServers(store: Store, version: string): Promise<string[]> {
  const files = await readdir(store.local.server.folder);
  const versions = files.flatMap((file) => /^temporal-(.+)\.db$/.exec(file)?.[1] ?? []);
  return versions.filter((other) => other !== version).sort();
}

/**
 * Removes what servers of another place left in a folder that was moved or copied: their workflows name paths of that place.
 * Runs go on from the store. A copy also has the notes of workers that live, but work on the original.
 */
export async function leaveOtherPlace(store: Store): Promise<void> {
  const { folder, place: file } = store.local.server;
  await mkdir(folder, { recursive: true });
  const here = identifyFolder(store.place)!;
  const before = await readJsonIfWhole<FolderIdentity>(file, "path");
  if (before?.path === here.path) return;
  if (before !== undefined) {
    if (before.inode !== here.inode) await store.local.forgetWorkers();
    for (const name of await readdir(folder))
      if (/^temporal-.+\.db(?:-wal|-shm)?$/.test(name)) await rm(path.join(folder, name), { force: true });
  }
  await writeJson(file, here);
}
