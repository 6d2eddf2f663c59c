import { execa } from "execa";

/** The commit of the working folder, with + when files were changed; null without Git. */
export async function currentCommit(folder: string): Promise<string | null> {
  const options = { cwd: folder, reject: false } as const;
  const [head, status] = await Promise.all([
    execa("git", ["rev-parse", "HEAD"], options),
    execa("git", ["status", "--porcelain"], options),
  ]);
  if (head.exitCode !== 0) return null;
  return head.stdout.trim() + (status.stdout === "" ? "" : "+");
}
