import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { GitError } from "./git-error.ts";
import type { LocalGit } from "./objects.ts";
import prettyBytes from "pretty-bytes";

// Each fetch brings a pack, and each pack makes every look-up slower.
const MOST_PACKS = 30;
const SECONDS = 1800;

const folderOf = (mirror: string): string => path.join(mirror, "objects", "pack");

/** Bytes of a mirror's packs, those that are being fetched among them. */
export async function bytesOfPacks(mirror: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(folderOf(mirror)).catch(() => [])).map((name) =>
      stat(path.join(folderOf(mirror), name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Removes what a fetch that was ended left behind. To be called with the mirror's lock. */
export async function removeHalfFetched(mirror: string): Promise<void> {
  for (const name of await readdir(folderOf(mirror)).catch(() => []))
    if (name.startsWith("tmp_")) await rm(path.join(folderOf(mirror), name), { force: true });
}

/**
 * Puts a mirror's packs together when there are many, and lets go of what nothing needs when they are too large. To be called with the
 * mirror's lock. Throws GitError (`too-large`).
 */
export async function tidyPacks(git: LocalGit, mirror: string, mostBytes: number): Promise<void> {
  const packs = (await readdir(folderOf(mirror))).filter((name) => name.endsWith(".pack"));
  if (packs.length > MOST_PACKS) await git(["repack", "-d", "-q", "--geometric=2"], { seconds: SECONDS });
  if ((await bytesOfPacks(mirror)) <= mostBytes) return;
  await git(["gc", "--quiet", "--prune=now"], { seconds: SECONDS });
  if ((await bytesOfPacks(mirror)) > mostBytes) throw tooLarge(mostBytes);
}

export const tooLarge = (mostBytes: number): GitError =>
  new GitError(
    "too-large",
    `The repository has more than ${prettyBytes(mostBytes)} with its history (limits.mirror_mb).`,
  );
