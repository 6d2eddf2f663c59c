import type { Sha } from "../../schemas/gitops.ts";
import { isSha } from "./names.ts";
import { runGit } from "./run-git.ts";

/** What a remote's refs stand at. */
export interface RemoteHeads {
  /** Without refs/heads/; null in an empty repository. */
  defaultBranch: string | null;
  /** What its HEAD stands at; null in an empty repository. */
  head: Sha | null;
  /** By full name: refs/heads/… and refs/tags/…, annotated tags peeled. */
  refs: Record<string, Sha>;
  /** Heads of pull requests by number, as far as the remote shows them as refs/pull/N/head or refs/merge-requests/N/head. */
  pulls: Record<number, { ref: string; sha: Sha }>;
  /** Refs below refs/reprise/: what was said of commits. */
  notes: Record<string, Sha>;
}

/** Reads a remote's refs. */
export async function readHeads(
  url: string,
  environment: Record<string, string>,
  seconds: number,
): Promise<RemoteHeads> {
  const { stdout } = await runGit(["ls-remote", "--symref", "--", url], { environment, seconds });
  return headsIn(stdout.toString("utf8"));
}

/** What `git ls-remote --symref` printed. */
export function headsIn(printed: string): RemoteHeads {
  const heads: RemoteHeads = { defaultBranch: null, head: null, refs: {}, pulls: {}, notes: {} };
  for (const line of printed.split("\n")) {
    const [what = "", name = ""] = line.split("\t");
    const branch = /^ref: refs\/heads\/(.+)$/.exec(what)?.[1];
    if (branch !== undefined && name === "HEAD") heads.defaultBranch = branch;
    if (!isSha(what)) continue;
    if (name === "HEAD") heads.head = what;
    if (name.startsWith("refs/reprise/")) heads.notes[name] = what;
    // The peeled one stands after the tag's own object.
    if (/^refs\/(?:heads|tags)\//.test(name)) heads.refs[name.replace(/\^\{\}$/, "")] = what;
    const pull = /^refs\/(?:pull|merge-requests)\/([1-9]\d*)\/head$/.exec(name)?.[1];
    if (pull !== undefined) heads.pulls[Number(pull)] = { ref: name, sha: what };
  }
  return heads;
}
