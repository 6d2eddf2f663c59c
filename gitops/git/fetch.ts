import { setTimeout as sleep } from "node:timers/promises";
import type { Sha } from "../../schemas/gitops.ts";
import { remoteEnvironment } from "./environment.ts";
import { GitError } from "./git-error.ts";
import { isRef, isSha } from "./names.ts";
import { presentCommits, type LocalGit } from "./objects.ts";
import type { Remote } from "./remote.ts";
import { bytesOfPacks, removeHalfFetched, tooLarge } from "./packs.ts";
import { runGit } from "./run-git.ts";

const LOOK_MS = 250;
const KEPT_DAYS = 30;
const SEEN = "refs/reprise/seen";

/** A mirror, its remote, and how much of it may be fetched. */
export interface Fetching {
  mirror: string;
  remote: Remote;
  mostBytes: number;
  seconds: number;
}

/** Fetches refs, or commits by their shas, with all that they come from. To be called with the mirror's lock. Throws GitError. */
export async function fetchObjects(
  { mirror, remote, mostBytes, seconds }: Fetching,
  wanted: readonly string[],
): Promise<void> {
  const wrong = wanted.find((name) => !isRef(name) && !isSha(name));
  if (wrong !== undefined) throw new GitError("unknown", `'${wrong}' is no full name of a ref.`);
  const environment = await remoteEnvironment(remote, process.env);
  const over = new AbortController();
  const watched = watchSize(mirror, mostBytes, over);
  const quiet = [
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
  ];
  try {
    await runGit(["fetch", ...quiet, "--stdin", "--", remote.url], {
      ...{ gitDir: mirror, environment, seconds, signal: over.signal },
      input: `${wanted.join("\n")}\n`,
    });
  } finally {
    over.abort();
    await watched;
    await removeHalfFetched(mirror);
  }
}

/** Ends a fetch that brings more than is allowed: git has no limit of its own. */
async function watchSize(mirror: string, mostBytes: number, over: AbortController): Promise<void> {
  while (!over.signal.aborted) {
    if ((await bytesOfPacks(mirror)) > mostBytes) over.abort(tooLarge(mostBytes));
    await sleep(LOOK_MS, undefined, { signal: over.signal }).catch(() => {});
  }
}

/** Notes that commits were fetched whole: by day, so that those of long ago can go. Gives those that are not there. */
export async function noteSeen(git: LocalGit, shas: readonly Sha[]): Promise<Sha[]> {
  const present = await presentCommits(git, shas);
  const today = new Date().toISOString().slice(0, 10);
  const old = new Date(Date.now() - KEPT_DAYS * 86_400_000).toISOString().slice(0, 10);
  const lines = [
    ...[...present].map((sha) => `update ${SEEN}/${today}/${sha} ${sha}`),
    ...(await refsBelow(git, SEEN)).flatMap(({ name }) =>
      name.slice(SEEN.length + 1) < old ? [`delete ${name}`] : [],
    ),
  ];
  if (lines.length > 0) await git(["update-ref", "--stdin"], { input: `${lines.join("\n")}\n` });
  return shas.filter((sha) => !present.has(sha));
}

/** Commits that the mirror is known to have whole. */
export const seenCommits = async (git: LocalGit): Promise<Set<Sha>> =>
  new Set((await refsBelow(git, "refs/reprise")).map(({ sha }) => sha));

/** Refs of the mirror below a folder of names. */
export async function refsBelow(git: LocalGit, below: string): Promise<{ name: string; sha: Sha }[]> {
  const { stdout } = await git(["for-each-ref", "--format=%(objectname) %(refname)", below]);
  const lines = stdout.toString("utf8").split("\n").slice(0, -1);
  return lines.map((line) => ({
    sha: line.slice(0, line.indexOf(" ")),
    name: line.slice(line.indexOf(" ") + 1),
  }));
}
