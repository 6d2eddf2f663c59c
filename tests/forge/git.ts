import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { temporaryFolder } from "../support/folders.ts";

/** A working tree that pushes as somebody. */
export interface Tree {
  folder: string;
  git: (...args: string[]) => Promise<string>;
  write: (files: Record<string, string>) => void;
  /** Commits all; gives the commit. */
  commit: (message: string) => Promise<string>;
}

/** Clones a repository of a test's forge with a token in its URL: only tests may. */
export async function clone(url: string, project: string, token: string, name: string): Promise<Tree> {
  const folder = path.join(temporaryFolder(), "tree");
  const remote = new URL(`${url}/${project}.git`);
  [remote.username, remote.password] = [name, token];
  const env = {
    ...{ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0" },
    ...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: `${name}@example.org` },
    ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: `${name}@example.org` },
  };
  await execa("git", ["clone", "--quiet", remote.href, folder], { env });
  const git = async (...args: string[]): Promise<string> =>
    (await execa("git", args, { cwd: folder, env })).stdout;
  return {
    ...{ folder, git },
    write: (files) => {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), text);
      }
    },
    commit: async (message) => {
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      return (await git("rev-parse", "HEAD")).trim();
    },
  };
}
