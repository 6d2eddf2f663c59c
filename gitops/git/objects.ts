import { GitError } from "./git-error.ts";
import type { runGit } from "./run-git.ts";

/** Runs git on one repository, without a remote. */
export type LocalGit = (
  args: readonly string[],
  more?: { input?: string; answers?: readonly number[]; mostBytes?: number; seconds?: number },
) => ReturnType<typeof runGit>;

/** A file of a commit. */
export interface TreeEntry {
  path: string;
  mode: "file" | "executable" | "link" | "submodule";
  /** Its object. */
  blob: string;
  /** Bytes; 0 for a submodule. */
  size: number;
}

const MODES: Record<string, TreeEntry["mode"]> = {
  "100644": "file",
  // As very old versions of git wrote it.
  "100664": "file",
  "100755": "executable",
  "120000": "link",
  "160000": "submodule",
};

const NEWLINE = 10;

/** Every file of a commit, from its trees. Throws GitError (`too-large`) for more than `most`. */
export async function listTree(git: LocalGit, sha: string, most: number): Promise<TreeEntry[]> {
  const { stdout } = await git(["ls-tree", "-r", "-l", "-z", "--full-tree", sha], { mostBytes: most * 1000 });
  const lines = stdout.toString("utf8").split("\0").slice(0, -1);
  if (lines.length > most)
    throw new GitError("too-large", `The commit has ${lines.length} files; at most ${most} are allowed.`);
  return lines.map((line) => {
    const [, mode = "", blob = "", size = "", path = ""] =
      /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([\s\S]*)$/.exec(line) ?? [];
    const known = MODES[mode];
    if (known === undefined)
      throw new GitError("refused", `The commit has a file of the unknown mode ${mode}.`);
    return { path, mode: known, blob, size: size === "-" ? 0 : Number(size) };
  });
}

// So much of objects is held in memory at once.
const BATCH_BYTES = 32 * 1024 * 1024;

/** The contents of objects, whose sizes are known. Throws GitError (`damaged`) for one that is not there. */
export async function readBlobs(
  git: LocalGit,
  wanted: readonly Pick<TreeEntry, "blob" | "size">[],
): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  let batch: string[] = [];
  let bytes = 0;
  const read = async () => {
    if (batch.length === 0) return;
    const mostBytes = bytes + batch.length * 200;
    const { stdout } = await git(["cat-file", "--batch"], { input: `${batch.join("\n")}\n`, mostBytes });
    for (const [blob, content] of contentsIn(stdout)) contents.set(blob, content);
    [batch, bytes] = [[], 0];
  };
  for (const { blob, size } of wanted) {
    if (bytes + size > BATCH_BYTES) await read();
    batch.push(blob);
    bytes += size;
  }
  await read();
  return contents;
}

/** What `git cat-file --batch` printed. */
function* contentsIn(printed: Buffer): Generator<[string, Buffer]> {
  for (let at = 0; at < printed.length;) {
    const end = printed.indexOf(NEWLINE, at);
    const [blob = "", type, size] = printed.toString("utf8", at, end).split(" ");
    if (type !== "blob") throw new GitError("damaged", `The mirror lacks the object ${blob}.`);
    const start = end + 1;
    yield [blob, printed.subarray(start, start + Number(size))];
    at = start + Number(size) + 1;
  }
}

/** The tree of a commit, and when it was committed (s since 1970). */
export async function readCommit(git: LocalGit, sha: string): Promise<{ tree: string; time: number }> {
  const { stdout } = await git(["cat-file", "commit", sha]);
  const text = stdout.toString("utf8");
  const tree = /^tree ([0-9a-f]+)$/m.exec(text)?.[1];
  const time = /^committer .*> (-?\d+) [+-]\d+$/m.exec(text)?.[1];
  if (tree === undefined || time === undefined)
    throw new GitError("refused", `The commit ${sha} has no tree, or no time.`);
  return { tree, time: Number(time) };
}

/** Which of some objects are commits that the repository has. */
export async function presentCommits(git: LocalGit, shas: readonly string[]): Promise<Set<string>> {
  if (shas.length === 0) return new Set();
  const { stdout } = await git(["cat-file", "--batch-check"], { input: `${shas.join("\n")}\n` });
  const lines = stdout.toString("utf8").split("\n");
  return new Set(lines.flatMap((line) => /^([0-9a-f]+) commit \d+$/.exec(line)?.[1] ?? []));
}
