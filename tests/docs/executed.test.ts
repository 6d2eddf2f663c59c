import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { BINARY, stopServerAfterwards } from "../support/cli.ts";
import { wordsOfLine } from "../support/command-line.ts";
import { PAGES, samplesOf, wordsOf } from "../support/docs.ts";
import { temporaryFolder } from "../support/folders.ts";

const home = temporaryFolder();
const bin = path.join(home, "bin");

beforeAll(() => {
  mkdirSync(bin);
  writeFileSync(path.join(bin, "reprise"), `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
  chmodSync(path.join(bin, "reprise"), 0o755);
});

/** Does what a page says, word by word, in a folder; the first command that fails ends it. */
const shell = (cwd: string, text: string, env: Record<string, string> = {}) =>
  execa("sh", ["-eu"], {
    cwd,
    input: text,
    reject: false,
    all: true,
    env: { PATH: `${bin}:${process.env["PATH"]}`, ...env },
  });

const READING = new Set(["validate", "plan", "conform", "schema", "completion"]);

/** Calls on pages that only read what the checkout has, each once. */
const calls = new Set(
  PAGES.flatMap((page) => [
    ...samplesOf(page).flatMap(({ text }) => text.split("\n")),
    ...wordsOf(page).map(({ text }) => text),
  ])
    .filter((text) => /^reprise [a-z]/.test(text) && !text.includes("# wrong"))
    .map((text) => wordsOfLine(text).slice(1))
    .filter(([verb, ...rest]) => READING.has(verb!) && rest.length > 0 && rest.every(canBeGiven))
    .map((words) => words.join(" ")),
);

function canBeGiven(word: string): boolean {
  if (word.endsWith(".yaml")) return existsSync(path.join(packageRoot, word.replace("*", "demo")));
  return /^[a-z0-9.=-]+$/i.test(word) && !/\.json$|^FILE$/.test(word);
}

describe("what only reads does what the page says", () => {
  test.each([...calls])("reprise %s", async (call) => {
    const { all, exitCode } = await shell(packageRoot, `reprise ${call}`, { REPRISE_HOME: home });
    expect([exitCode, all]).toEqual([0, expect.any(String)]);
  });

  test("there are such", () => {
    expect([...calls]).toEqual(expect.arrayContaining(["validate recipes/*.yaml", "plan recipes/demo.yaml"]));
  });
});

test("the README's first lines end with a verdict", async () => {
  const folder = temporaryFolder();
  const first = samplesOf("README.md").find(({ text }) => text.includes("reprise init"));
  stopServerAfterwards(path.join(folder, "new-recipe"));
  const { all, exitCode } = await shell(folder, first!.text);
  expect(all).toContain("REPRODUCED");
  expect(exitCode).toBe(0);
}, 120_000);

test("the first ten minutes of GitOps, until something is served", async () => {
  const blocks = samplesOf("docs/gitops.md").filter(({ language }) => language === "sh");
  const end = blocks.findIndex(({ text }) => text.includes("reprise gitops serve"));
  const walk = blocks
    .slice(0, end + 1)
    .map(({ text }) => text.replace(/^reprise gitops serve.*$/m, ""))
    .join("");
  const person = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, "Somebody"],
      [`GIT_${who}_EMAIL`, "somebody@lab.example"],
    ]),
  );
  const { all, exitCode } = await shell(temporaryFolder(), walk, person);
  expect([exitCode, all]).toEqual([0, expect.stringContaining("recipes/first.yaml")]);
});
