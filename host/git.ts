import { probe } from "./probe.ts";

/**
 * The commit of the working folder, with + when files were changed, with ? when Git does not say so in time; null without
 * Git. `tell` is given what could not be found out, in a sentence.
 */
export async function currentCommit(
  folder: string,
  tell: (sentence: string) => void,
): Promise<string | null> {
  const [head, status] = await Promise.all([
    probe("git", ["rev-parse", "HEAD"], { cwd: folder }),
    probe("git", ["status", "--porcelain"], { cwd: folder }),
  ]);
  if (head.late !== null) tell(`${head.late}: the record names no commit.`);
  else if (status.late !== null) tell(`${status.late}: the record does not say whether files were changed.`);
  if (head.exitCode !== 0) return null;
  return head.stdout.trim() + (status.exitCode !== 0 ? "?" : status.stdout === "" ? "" : "+");
}
