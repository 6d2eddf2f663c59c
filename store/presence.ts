import { open, statfs, utimes } from "node:fs/promises";
import path from "node:path";
import { isOfThisBoot, standingOf, type ProcessIdentity, type Standing } from "./processes.ts";

/** How often the owner of a file says that it lives. */
export const BEAT_MS = 10_000;

/** An owner that cannot be looked at counts as gone when its file was seen without a beat for so long. */
export const SILENT_MS = 60_000;

/** Says that the owner of a file lives, also on a full disk; gives false when the file is gone. */
export async function beat(file: string): Promise<boolean> {
  try {
    await utimes(file, new Date(), new Date());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
  }
  return true;
}

/** What this process has seen of a file's beats, by its own monotonic clock: no two machines' clocks are compared. */
interface Seen {
  beat: string;
  since: number;
  /** It was seen to change, so that somebody lives. */
  heard: boolean;
}

const sightings = new Map<string, Seen>();

/**
 * Whether the owner of a file that it beats on is alive. An owner on another host, or in another container, is unknown until
 * its beat was seen to change, or was seen not to change for `SILENT_MS`: ask again.
 */
export async function presenceOf(owner: ProcessIdentity, file: string): Promise<Standing> {
  const standing = standingOf(owner);
  if (standing !== "unknown") return standing;
  // Such a disk belongs to one kernel at a time, so that this machine has started anew since.
  if (!isOfThisBoot(owner) && (await isOnLocalDisk(file))) return "gone";
  const before = performance.now();
  const now = await beatOf(file);
  const after = performance.now();
  if (now === null) return "gone";
  const seen = sightings.get(file);
  // A file server that was away for a while kept the owner from its beats too.
  if (seen === undefined || seen.beat !== now || after - before > BEAT_MS) {
    const heard = seen !== undefined && (seen.heard || seen.beat !== now);
    sightings.set(file, { beat: now, since: after, heard });
    return heard ? "alive" : "unknown";
  }
  if (before - seen.since < SILENT_MS) return seen.heard ? "alive" : "unknown";
  return "gone";
}

/** Opened first: on NFS a file's times may be a minute old else. */
async function beatOf(file: string): Promise<string | null> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const { ino, mtimeNs, ctimeNs } = await handle.stat({ bigint: true });
    return `${ino} ${mtimeNs} ${ctimeNs}`;
  } finally {
    await handle.close();
  }
}

// statfs(2): ext2 to ext4, XFS, Btrfs, tmpfs, overlay, F2FS, ZFS, bcachefs.
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0xca451a4e,
]);

async function isOnLocalDisk(file: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const { type } = await statfs(path.dirname(file));
  return LOCAL.has(type);
}
