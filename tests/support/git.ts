import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { temporaryFolder } from "./folders.ts";

/** What a commit has at a path: a text, bytes, a link, a submodule, a program; null removes it. */
type Content = string | Buffer | { link: string } | { submodule: string } | { program: string } | null;

interface Change {
  /** Full name, or a branch's. */
  branch?: string;
  /** Commits that it comes from; the branch's head without it, [] for none. */
  from?: string[];
  /** Forget all files of the former commit. */
  afresh?: boolean;
  message?: string;
  /** Seconds since 1970. */
  time?: number;
}

const CLEAN = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", LC_ALL: "C" };

/** A bare repository in a temporary folder, whose commits are made without a working tree. */
export class BareRepository {
  readonly folder: string;
  #time = 1_700_000_000;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Made beside others below one folder, called `name`. */
  static async make(
    name = "papers.git",
    below = temporaryFolder(),
    format: "sha1" | "sha256" = "sha1",
  ): Promise<BareRepository> {
    const folder = path.join(below, name);
    await mkdir(folder, { recursive: true });
    const made = new BareRepository(folder);
    await made.git("init", "--quiet", "--bare", "--initial-branch=main", `--object-format=${format}`, ".");
    return made;
  }

  /** Runs git there, and gives what it printed, without the last newline. */
  async git(...args: string[]): Promise<string> {
    return (await execa("git", args, { cwd: this.folder, env: CLEAN })).stdout;
  }

  /** Commits files to a branch; gives the sha. */
  async commit(files: Record<string, Content>, change: Change = {}): Promise<string> {
    const { branch = "main", from, afresh = false, message = "a change", time = (this.#time += 60) } = change;
    const ref = branch.startsWith("refs/") ? branch : `refs/heads/${branch}`;
    const head = await this.head(ref);
    const parents = from ?? (head === null ? [] : [head]);
    const parts: (string | Buffer)[] = [
      ...(parents.length === 0 ? [`reset ${ref}\n\n`] : []),
      `commit ${ref}\nmark :1\ncommitter A Person <a.person@lab.example> ${time} +0000\n`,
      ...data(message),
      ...parents.map((parent, index) => `${index === 0 ? "from" : "merge"} ${parent}\n`),
      ...(afresh ? ["deleteall\n"] : []),
      ...Object.entries(files).flatMap(([name, content]) => written(name, content)),
      "\nget-mark :1\n",
    ];
    const input = Buffer.concat(parts.map((part) => Buffer.from(part)));
    const { stdout } = await execa("git", ["fast-import", "--quiet", "--force", "--done"], {
      cwd: this.folder,
      env: CLEAN,
      input: Buffer.concat([input, Buffer.from("done\n")]),
    });
    return stdout.trim();
  }

  /** The commit that a ref stands at, by its full name; null without it. */
  async head(ref: string): Promise<string | null> {
    const { exitCode, stdout } = await execa("git", ["rev-parse", "--verify", "--quiet", ref], {
      cwd: this.folder,
      env: CLEAN,
      reject: false,
    });
    return exitCode === 0 ? stdout : null;
  }
}

const data = (content: string | Buffer): (string | Buffer)[] => {
  const bytes = Buffer.from(content);
  return [`data ${bytes.length}\n`, bytes, "\n"];
};

const quoted = (name: string): string =>
  `"${name
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`)}"`;

function written(name: string, content: Content): (string | Buffer)[] {
  if (content === null) return [`D ${quoted(name)}\n`];
  if (typeof content === "string" || Buffer.isBuffer(content))
    return [`M 100644 inline ${quoted(name)}\n`, ...data(content)];
  if ("submodule" in content) return [`M 160000 ${content.submodule} ${quoted(name)}\n`];
  if ("link" in content) return [`M 120000 inline ${quoted(name)}\n`, ...data(content.link)];
  return [`M 100755 inline ${quoted(name)}\n`, ...data(content.program)];
}
