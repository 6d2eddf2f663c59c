import { setTimeout as sleep } from "node:timers/promises";
import { remoteEnvironment } from "./environment.ts";
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

const WHO = "Reprise <reprise@localhost>";
const AGAIN_MS = 200;

/** Makes a commit without parents of some files, and a ref of it: in the mirror, and in the remote where that takes it. */
export async function writeNote(
  mirror: string,
  remote: Remote,
  { ref, files }: Note,
): Promise<"remote" | "mirror"> {
  if (!isRef(ref) || !ref.startsWith("refs/reprise/"))
    throw new GitError("unknown", `'${ref}' is no ref below refs/reprise/.`);
  if (files === null) await gitIn(mirror)(["update-ref", "-d", ref]);
  const commit = files === null ? "" : await commitOf(mirror, ref, files);
  const environment = await remoteEnvironment(remote, process.env);
  const push = () =>
    runGit(["push", "--quiet", "--force", "--no-verify", "--", remote.url, `${commit}:${ref}`], {
      ...{ gitDir: mirror, environment },
    });
  try {
    await push().catch(async (error: unknown) => {
      // Another process may be writing the same ref at this moment.
      if (!(error instanceof GitError) || error.fault !== "failed") throw error;
      await sleep(AGAIN_MS);
      return push();
    });
    return "remote";
  } catch (error) {
    // It takes no push, by its rights or by its hooks; a daemon says then that there is no such repository.
    if (error instanceof GitError && NO_PUSH.has(error.fault)) return "mirror";
    throw error;
  }
}

/** By one process, since this is done for every step that a commit takes. */
async function commitOf(
  mirror: string,
  ref: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const parts = [
    // Without it, what the ref holds would be the parent.
    `reset ${ref}\n\n`,
    `commit ${ref}\nmark :1\ncommitter ${WHO} ${Math.floor(Date.now() / 1000)} +0000\n`,
    data("What Reprise says of a commit\n"),
    ...Object.entries(files).map(([name, text]) => `M 100644 inline ${name}\n${data(text)}`),
    "get-mark :1\ndone\n",
  ];
  const { stdout } = await gitIn(mirror)(["fast-import", "--quiet", "--force", "--done"], {
    input: parts.join(""),
  });
  return stdout.toString("utf8").trim();
}

/** A file of a ref; null without the ref, or without the file. */
export async function readNote(git: LocalGit, ref: string, file: string): Promise<string | null> {
  if (!isRef(ref)) return null;
  const { code, stdout } = await git(["cat-file", "blob", `${ref}:${file}`], { answers: [128] });
  return code === 0 ? stdout.toString("utf8") : null;
}
