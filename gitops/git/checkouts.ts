import { rm } from "node:fs/promises";
import path from "node:path";
import prettyBytes from "pretty-bytes";
import type { Sha } from "../../schemas/gitops.ts";
import type { Places } from "../../store/gitops-files.ts";
import type { Commit } from "./commit.ts";
import { refsBelow } from "./fetch.ts";
import { GitError } from "./git-error.ts";
import { linkThatLeadsOut } from "./links.ts";
import type { LocalGit } from "./objects.ts";

/** A commit with a whole working tree has a ref here: a forced push and git's own collection cannot take it. */
export const KEEP = "refs/reprise/keep";

const SECONDS = 600;

/**
 * The working tree of a commit, made or found. One that a killed process left half made is made again. To be called with the
 * mirror's lock.
 */
export async function checkOut(
  git: LocalGit,
  { checkouts }: Pick<Places, "checkouts">,
  sha: Sha,
): Promise<string> {
  const folder = path.join(checkouts, sha);
  if ((await listCheckouts(git)).includes(sha)) return folder;
  await removeTree(git, folder);
  await git(["worktree", "add", "--quiet", "--detach", "--force", "--", folder, sha], { seconds: SECONDS });
  await git(["update-ref", `${KEEP}/${sha}`, sha]);
  return folder;
}

/** Commits that have a whole working tree. */
export const listCheckouts = async (git: LocalGit): Promise<Sha[]> =>
  (await refsBelow(git, KEEP)).map(({ sha }) => sha);

/** Removes a working tree, whole or not, and lets go of its commit. To be called with the mirror's lock. */
export async function releaseCheckout(
  git: LocalGit,
  { checkouts }: Pick<Places, "checkouts">,
  sha: Sha,
): Promise<void> {
  if (!(await listCheckouts(git)).includes(sha)) return;
  await git(["update-ref", "-d", `${KEEP}/${sha}`]);
  await removeTree(git, path.join(checkouts, sha));
}

async function removeTree(git: LocalGit, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await git(["worktree", "prune", "--expire=now"]);
}

/** Throws GitError for a commit that is not to be checked out: `too-large`, or `refused` for links that lead out of it. */
export async function refuseCheckout(commit: Commit, mostBytes: number): Promise<void> {
  const entries = [...commit.files.values()];
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  if (bytes > mostBytes) {
    const sizes = `${prettyBytes(bytes)}; at most ${prettyBytes(mostBytes)} are allowed (limits.checkout_mb)`;
    throw new GitError("too-large", `The files of the commit have ${sizes}.`);
  }
  const links = entries.filter(({ mode }) => mode === "link");
  const targets = await commit.blobs(links);
  const out = linkThatLeadsOut(
    new Map(links.map(({ path: link, blob }) => [link, targets.get(blob)!.toString("utf8")])),
  );
  if (out !== null)
    throw new GitError(
      "refused",
      `The link '${out}' leads out of the repository: such a commit is not checked out.`,
    );
}
