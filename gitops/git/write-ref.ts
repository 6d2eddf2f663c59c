import { localEnvironment, remoteEnvironment } from "./environment.ts";
import { GitError, type GitFault } from "./git-error.ts";
import { isRef } from "./names.ts";
import type { LocalGit } from "./objects.ts";
import type { Remote } from "./remote.ts";
import { gitIn } from "./repository.ts";
import { runGit } from "./run-git.ts";

/** Files of a ref of ours; null removes it. */
interface Note {
  ref: string;
  files: Readonly<Record<string, string>> | null;
}

const NO_PUSH: ReadonlySet<GitFault> = new Set(["denied", "gone", "refused", "failed"]);

const WHO = { name: "Reprise", email: "reprise@localhost" };

/** Makes a commit without parents of some files, and a ref of it: in the mirror, and in the remote where that takes it. */
export async function writeNote(
  mirror: string,
  remote: Remote,
  { ref, files }: Note,
): Promise<"remote" | "mirror"> {
  if (!isRef(ref) || !ref.startsWith("refs/reprise/"))
    throw new GitError("unknown", `'${ref}' is no ref below refs/reprise/.`);
  const git = gitIn(mirror);
  const commit = files === null ? "" : await commitOf(mirror, files);
  await git(files === null ? ["update-ref", "-d", ref] : ["update-ref", ref, commit]);
  const environment = await remoteEnvironment(remote, process.env);
  try {
    await runGit(["push", "--quiet", "--force", "--no-verify", "--", remote.url, `${commit}:${ref}`], {
      gitDir: mirror,
      environment,
    });
    return "remote";
  } catch (error) {
    // It takes no push, by its rights or by its hooks; a daemon says then that there is no such repository.
    if (error instanceof GitError && NO_PUSH.has(error.fault)) return "mirror";
    throw error;
  }
}

async function commitOf(mirror: string, files: Readonly<Record<string, string>>): Promise<string> {
  const git = gitIn(mirror);
  const blobs = await Promise.all(
    Object.entries(files).map(async ([name, input]) => {
      const { stdout } = await git(["hash-object", "-w", "--stdin"], { input });
      return `100644 blob ${stdout.toString("utf8").trim()}\t${name}\0`;
    }),
  );
  const { stdout: tree } = await git(["mktree", "-z"], { input: blobs.join("") });
  const { stdout: commit } = await runGit(["commit-tree", tree.toString("utf8").trim()], {
    gitDir: mirror,
    environment: {
      ...localEnvironment(process.env),
      GIT_AUTHOR_NAME: WHO.name,
      GIT_AUTHOR_EMAIL: WHO.email,
      GIT_COMMITTER_NAME: WHO.name,
      GIT_COMMITTER_EMAIL: WHO.email,
    },
    input: "What Reprise says of a commit\n",
  });
  return commit.toString("utf8").trim();
}

/** A file of a ref; null without the ref, or without the file. */
export async function readNote(git: LocalGit, ref: string, file: string): Promise<string | null> {
  if (!isRef(ref)) return null;
  const { code, stdout } = await git(["cat-file", "blob", `${ref}:${file}`], { answers: [128] });
  return code === 0 ? stdout.toString("utf8") : null;
}
