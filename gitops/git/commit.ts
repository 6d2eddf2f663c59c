import { decodeText } from "../../runs/recipe/read-text.ts";
import type { Sha } from "../../schemas/gitops.ts";
import { listTree, readBlobs, readCommit, type LocalGit, type TreeEntry } from "./objects.ts";

// As large as a recipe may be.
const LARGEST_TEXT = 8 * 1024 * 1024;
// Whoever has asked so often asks for nearly all: a program for each text would take minutes.
const SINGLE_LOADS = 16;
const READ_AHEAD_BYTES = 32 * 1024 * 1024;

/** The files of one commit, from the mirror's objects: nothing of them is ever written to the disk. */
export class Commit {
  readonly sha: Sha;
  /** Object of its tree: equal for two commits with the same files. */
  readonly tree: string;
  /** When it was committed (s since 1970). */
  readonly time: number;
  /** By path. */
  readonly files: ReadonlyMap<string, TreeEntry>;
  readonly #git: LocalGit;
  readonly #texts = new Map<string, string | Error>();
  #sorted: TreeEntry[] | undefined;
  #loads = 0;

  private constructor(git: LocalGit, about: Pick<Commit, "sha" | "tree" | "time" | "files">) {
    this.#git = git;
    this.sha = about.sha;
    this.tree = about.tree;
    this.time = about.time;
    this.files = about.files;
  }

  /** Reads its trees. Throws GitError: `too-large` for more files than `most`. */
  static async open(git: LocalGit, sha: Sha, most: number): Promise<Commit> {
    const [about, entries] = await Promise.all([readCommit(git, sha), listTree(git, sha, most)]);
    return new Commit(git, { sha, ...about, files: new Map(entries.map((entry) => [entry.path, entry])) });
  }

  /** Reads texts, all in one go; what is there and is no file, or too large, is left to `text` to refuse. */
  async load(paths: Iterable<string>): Promise<void> {
    const wanted = [...new Set(paths)].flatMap((path) => {
      const entry = this.files.get(path);
      const readable = entry?.mode === "file" || entry?.mode === "executable";
      return readable && entry.size <= LARGEST_TEXT && !this.#texts.has(path) ? [entry] : [];
    });
    if (wanted.length === 0) return;
    this.#loads += 1;
    if (this.#loads === SINGLE_LOADS) wanted.push(...this.#others(wanted));
    const contents = await this.blobs(wanted);
    for (const { path, blob } of wanted) this.#texts.set(path, textOf(contents.get(blob)!, path));
  }

  /** Texts that recipes are likely made of, and that were not read yet. */
  #others(wanted: readonly TreeEntry[]): TreeEntry[] {
    const known = new Set([...this.#texts.keys(), ...wanted.map(({ path }) => path)]);
    let bytes = 0;
    return [...this.files.values()].filter(({ path, mode, size }) => {
      if (!/\.ya?ml$/.test(path) || known.has(path) || (mode !== "file" && mode !== "executable"))
        return false;
      if (bytes + size > READ_AHEAD_BYTES) return false;
      bytes += size;
      return true;
    });
  }

  /** A text that was loaded; undefined for one that was not. Throws for bytes that are no text. */
  text(path: string): string | undefined {
    const text = this.#texts.get(path);
    if (text instanceof Error) throw text;
    return text;
  }

  /** The files below a folder, found by halving: a recipe may name many folders. All of them for "". */
  below(folder: string): TreeEntry[] {
    this.#sorted ??= [...this.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    if (folder === "") return this.#sorted;
    const first = `${folder}/`;
    // "0" comes after "/".
    return this.#sorted.slice(placeIn(this.#sorted, first), placeIn(this.#sorted, `${folder}0`));
  }

  /** Whether a file is larger than any text may be. */
  isTooLarge(path: string): boolean {
    return (this.files.get(path)?.size ?? 0) > LARGEST_TEXT;
  }

  /** Contents of its objects. */
  blobs(wanted: readonly Pick<TreeEntry, "blob" | "size">[]): Promise<Map<string, Buffer>> {
    return readBlobs(this.#git, wanted);
  }
}

function textOf(bytes: Buffer, path: string): string | Error {
  try {
    return decodeText(bytes, path);
  } catch (error) {
    return error as Error;
  }
}

/** Where a path stands in sorted files, or would. */
function placeIn(sorted: readonly TreeEntry[], path: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.path < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
