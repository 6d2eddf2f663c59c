import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { lock } from "proper-lockfile";
import { localEnvironment } from "./environment.ts";
import type { LocalGit } from "./objects.ts";
import { runGit } from "./run-git.ts";

/** Whatever .gitattributes say, a file's bytes on the disk are those of its object. */
const ATTRIBUTES = "* -text !eol -ident -filter !working-tree-encoding -diff -merge\n";

/** Runs git on the mirror in a folder. */
export const gitIn =
  (gitDir: string): LocalGit =>
  (args, more = {}) =>
    runGit(args, { gitDir, environment: localEnvironment(process.env), ...more });

/** Does something while no other process changes a mirror. A lock whose holder died is taken over after a while. */
export async function withMirrorLock<T>(mirror: string, work: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(mirror), { recursive: true });
  const release = await lock(path.dirname(mirror), {
    lockfilePath: `${mirror}.lock`,
    stale: 6_000,
    update: 2_000,
    // One that was stopped for so long has nothing to add: what it does is checked by whoever reads.
    onCompromised: () => {},
    retries: { forever: true, minTimeout: 50, maxTimeout: 500 },
  });
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}

const attributesOf = (mirror: string): string => path.join(mirror, "info", "attributes");

/** Whether a mirror was made to its end. */
export const isMade = (mirror: string): boolean => existsSync(attributesOf(mirror));

/** Makes an empty mirror, or what is missing of one; `sha` has the form of the remote's. To be called with the lock. */
export async function makeMirror(mirror: string, sha: string): Promise<void> {
  if (isMade(mirror)) return;
  await mkdir(mirror, { recursive: true });
  const format = sha.length === 64 ? "sha256" : "sha1";
  const environment = localEnvironment(process.env);
  await runGit(["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, "--", mirror], {
    environment,
  });
  await mkdir(path.dirname(attributesOf(mirror)), { recursive: true });
  await writeFile(attributesOf(mirror), ATTRIBUTES, { flush: true });
}

/** Whether a mirror lacks objects that its refs need, or cannot be read at all. */
export async function isDamaged(mirror: string, seconds: number): Promise<boolean> {
  const git = gitIn(mirror);
  const check = ["fsck", "--connectivity-only", "--no-dangling", "--no-progress", "--no-reflogs"];
  return git(check, { seconds }).then(
    () => false,
    () => true,
  );
}

// A git that lives holds one for a moment only.
const STALE_LOCK_MS = 5_000;

/** Removes locks of git's own that a killed process left behind, which would keep every later one from its work. With the lock. */
export async function removeStaleLocks(mirror: string): Promise<void> {
  const names = await readdir(mirror, { recursive: true }).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(".lock"))) {
    const file = path.join(mirror, name);
    const entry = await stat(file).catch(() => null);
    if (entry !== null && Date.now() - entry.mtimeMs > STALE_LOCK_MS) await rm(file, { force: true });
  }
}

/** Takes everything out of a damaged mirror but what belongs to working trees. To be called with the lock. */
export async function emptyMirror(mirror: string): Promise<void> {
  for (const name of await readdir(mirror).catch(() => []))
    if (name !== "worktrees") await rm(path.join(mirror, name), { recursive: true, force: true });
}
