import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { currentCommit } from "../../host/git.ts";
import { temporaryFolder } from "../support/folders.ts";

const commitOf = (folder: string): Promise<string | null> =>
  currentCommit(folder, (sentence) => {
    throw new Error(sentence);
  });

/** A repository without a commit, and Git in it. */
async function repository() {
  const folder = temporaryFolder();
  const env = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder, env })).stdout;
  const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
  await git("init", "-q");
  return { folder, git, write };
}

async function committed() {
  const made = await repository();
  made.write("recipe.yaml", "recipe: 1\n");
  await made.git("add", ".");
  await made.git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "first");
  return { ...made, head: await made.git("rev-parse", "HEAD") };
}

test("a folder outside of any repository, and a repository without a commit, have none", async () => {
  expect(await commitOf(temporaryFolder())).toBeNull();
  expect(await commitOf((await repository()).folder)).toBeNull();
});

test("the commit stands alone where nothing was changed, also on no branch", async () => {
  const { folder, git, head } = await committed();
  expect(head).toMatch(/^[0-9a-f]{40}$/);
  expect(await commitOf(folder)).toBe(head);
  await git("checkout", "-q", "--detach");
  expect(await commitOf(folder)).toBe(head);
});

test.each([
  ["changed", "recipe.yaml"],
  ["new", "# branch.oid 0"],
])("a %s file is said", async (_, name) => {
  const { folder, write, head } = await committed();
  write(name, "recipe: 2\n");
  expect(await commitOf(folder)).toBe(`${head}+`);
});

test("where Git cannot say what was changed, the commit is named nevertheless", async () => {
  const { folder, write, head } = await committed();
  write(".git/index", "damaged");
  expect(await commitOf(folder)).toBe(`${head}?`);
});

test("without Git there is no commit", async () => {
  const before = process.env["PATH"];
  onTestFinished(() => void (process.env["PATH"] = before));
  const { folder } = await committed();
  process.env["PATH"] = temporaryFolder();
  expect(await commitOf(folder)).toBeNull();
});
