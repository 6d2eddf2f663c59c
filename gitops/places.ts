import type { Store } from "../store/store.ts";
import path from "node:path";

/** Where GitOps keeps what it has of one repository, below the store. */
export interface Places {
  /** Bare mirror. */
  mirror: string;
  /** One working tree for each commit that has a run. */
  checkouts: string;
  /** How each commit stands, and what is known of its items. */
  commits: string;
  /** The heads that were seen last. */
  seen: string;
  /** What keeps it from being followed; absent when nothing does. */
  trouble: string;
}

/** The places of a repository by its name in the server's file. */
export function placesOf(store: Store, repository: string): Places {
  const folder = path.join(store.gitops, repository);
  return {
    mirror: path.join(folder, "mirror.git"),
    checkouts: path.join(folder, "checkouts"),
    commits: path.join(folder, "commits"),
    seen: path.join(folder, "seen.json"),
    trouble: path.join(folder, "trouble.json"),
  };
}

/** Which run each content has, whatever its repository. No repository's name begins with a dot. */
export const runsByContent = (store: Store, content: string): string =>
  path.join(store.gitops, ".content", content);
