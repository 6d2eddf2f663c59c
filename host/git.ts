import { probe } from "./probe.ts";

const HEAD_LIMIT_MS = 5_000;

/**
 * The commit of the working folder, with + when files were changed, with ? when Git does not say so in time; null without
 * Git. `tell` is given what could not be found out, in a sentence.
 */
export async function currentCommit(
  folder: string,
  tell: (sentence: string) => void,
): Promise<string | null> {
  // One process says both.
  const status = await probe("git", ["status", "--porcelain=v2", "--branch", "--no-ahead-behind"], {
    cwd: folder,
  });
  if (status.exitCode === 0) {
    const lines = status.stdout.split("\n").filter((line) => line !== "");
    const commit = /^# branch\.oid ([0-9a-f]+)$/m.exec(status.stdout)?.[1];
    if (commit === undefined) return null;
    return commit + (lines.every((line) => line.startsWith("# ")) ? "" : "+");
  }
  const head = await probe("git", ["rev-parse", "HEAD"], { cwd: folder, limitMs: HEAD_LIMIT_MS });
  if (head.late !== null) tell(`${head.late}: the record names no commit.`);
  else if (status.late !== null) tell(`${status.late}: the record does not say whether files were changed.`);
  return head.exitCode === 0 ? `${head.stdout.trim()}?` : null;
}
