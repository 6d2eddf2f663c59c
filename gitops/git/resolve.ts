import type { Sha } from "../../schemas/gitops.ts";
import { GitError } from "./git-error.ts";
import type { RemoteHeads } from "./heads.ts";
import type { Mirror } from "./mirror.ts";
import { isSha, oneLine } from "./names.ts";

/** A commit as somebody named it, fetched. */
export interface NamedCommit {
  /** Full name of the ref; null for a commit that was named by its sha. */
  ref: string | null;
  sha: Sha;
}

/**
 * The commit that a name stands for at the remote: a branch, a tag, the full name of a ref, HEAD, `pull/7`, or a sha, which may be
 * shortened when its commit was fetched. It is fetched. Throws GitError: `unknown`.
 */
export async function resolveCommit(mirror: Mirror, name: string): Promise<NamedCommit> {
  const heads = await mirror.heads();
  const at = refNamed(heads, name);
  if (at !== null) {
    const [missing] = await mirror.fetch({ [at.ref]: at.sha });
    if (missing === undefined) return at;
    throw new GitError("unreachable", `'${oneLine(name)}' changed while it was fetched. Try again.`);
  }
  if (name === "HEAD" && heads.head !== null) return fetched(mirror, heads.head);
  if (isSha(name)) return fetched(mirror, name);
  await mirror.fetch(heads.refs);
  const sha = await mirror.expand(name);
  if (sha !== null) return { ref: null, sha };
  throw new GitError("unknown", unknown(heads, name));
}

function refNamed({ refs, pulls }: RemoteHeads, name: string): { ref: string; sha: Sha } | null {
  const full = [name, `refs/heads/${name}`, `refs/tags/${name}`].find((ref) => Object.hasOwn(refs, ref));
  if (full !== undefined) return { ref: full, sha: refs[full]! };
  const pull = /^(?:#|pull\/|refs\/(?:pull|merge-requests)\/)(\d+)(?:\/head)?$/.exec(name)?.[1];
  return pull === undefined ? null : (pulls[Number(pull)] ?? null);
}

async function fetched(mirror: Mirror, sha: Sha): Promise<NamedCommit> {
  const [missing] = await mirror.fetchCommits([sha]);
  if (missing === undefined) return { ref: null, sha };
  throw new GitError("unknown", `The repository gives no commit ${sha}.`);
}

const SHOWN = 10;

function unknown({ refs }: RemoteHeads, name: string): string {
  const names = Object.keys(refs).map((ref) => oneLine(ref.replace(/^refs\/(?:heads|tags)\//, ""), 60));
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : "";
  const known = names.length === 0 ? "It is empty." : `It has: ${names.slice(0, SHOWN).join(", ")}${more}.`;
  return `The repository has no branch, tag or commit '${oneLine(name, 100)}'. ${known}`;
}
