import path from "node:path";

/** Where GitOps keeps what it has of one repository. */
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

/** Where what is known of followed repositories is kept, below `folder`. */
export const filesOfGitops = (folder: string) => ({
  folder,
  log: path.join(folder, "serve.log"),
  /** Which processes follow which repositories. */
  serving: path.join(folder, ".serving"),
  /** By the repository's name in the server's file, which never begins with a dot. */
  repository: (name: string): Places => placesIn(path.join(folder, name)),
  /** Which run each content has, whatever its repository. */
  content: (content: string): string => path.join(folder, ".content", content),
});

const placesIn = (folder: string): Places => ({
  mirror: path.join(folder, "mirror.git"),
  checkouts: path.join(folder, "checkouts"),
  commits: path.join(folder, "commits"),
  seen: path.join(folder, "seen.json"),
  trouble: path.join(folder, "trouble.json"),
});
