import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { COMMANDS, refusalOf, wordsOfLine } from "../support/command-line.ts";
import { PAGES, samplesOf, wordsOf } from "../support/docs.ts";

interface Call {
  at: string;
  words: string[];
}

/** How pages call the command: by its name, by npx, or as the file in a checkout. */
const CALL = /(?:^|[\s(])(?:npx )?(?:reprise|[^\s]*dist\/cli\/main\.js)(?= [a-z-])(.*)$/;

const inBlocks: Call[] = PAGES.flatMap(samplesOf)
  .filter(({ language }) => ["", "sh", "yaml", "ini"].includes(language))
  .flatMap(({ page, line, text }) =>
    text
      .replaceAll("\\\n", "")
      .split("\n")
      .flatMap((row, index) => {
        const [, rest] = CALL.exec(row.replace(/^\s*#.*/, "")) ?? [];
        return rest === undefined ? [] : [{ at: `${page}:${line + index}`, words: wordsOfLine(rest) }];
      }),
  );

const bare = (text: string): string => text.replaceAll(/[[\]](?=[\s-]|$)|(?<=\s)\[/g, "");

const inSentences: Call[] = PAGES.flatMap((page) =>
  wordsOf(page).flatMap(({ line, text }) => {
    const [, rest] = CALL.exec(text) ?? [];
    if (rest !== undefined) return [{ at: `${page}:${line}`, words: wordsOfLine(bare(rest)) }];
    const words = wordsOfLine(bare(text));
    // The name of a command alone may be any word; with an option it is meant.
    return COMMANDS.includes(words[0]!) && / --?[a-z]/.test(text) ? [{ at: `${page}:${line}`, words }] : [];
  }),
);

describe("every command of a sample is one that there is, with arguments and options that it takes", () => {
  test.each(inBlocks)("$at: reprise $words", async ({ words }) => {
    expect(await refusalOf(words)).toBe(null);
  });
});

describe("so is every one that a sentence names", () => {
  test.each(inSentences)("$at: reprise $words", async ({ words }) => {
    expect(await refusalOf(words, { named: true })).toBe(null);
  });
});

test("the README's table of commands has options that they have", async () => {
  const rows = [...readFileSync("README.md", "utf8").matchAll(/^\| `reprise (\w+)[^|]*\|(.*)$/gm)];
  expect(rows.length).toBeGreaterThan(20);
  for (const [, command, says] of rows)
    for (const [, option] of says!.matchAll(/`(--[a-z-]+[^`]*)`/g))
      expect(await refusalOf([command!, ...wordsOfLine(option!)], { named: true })).toBe(null);
});

test.each([
  [["vlaidate", "r.yaml"], "unknown command 'vlaidate'"],
  [["plan", "r.yaml", "--wy", "one"], "unknown option '--wy'"],
  [["plan"], "missing required argument 'recipe'"],
  [["plan", "a.yaml", "b.yaml"], "too many arguments"],
  [["cache", "gc"], "required option '--keep <limit>'"],
])("a wrong one is told: %j", async (words, expected) => {
  expect(await refusalOf(words)).toContain(expected);
});

describe("what else pages call is there", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  const suites = readFileSync("scripts/test.mjs", "utf8");

  test.each(PAGES)("in %s", (page) => {
    const text = readFileSync(page, "utf8");
    const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name!);
    for (const name of all(/\bnpm run ([a-z-]+)/g)) expect(Object.keys(scripts)).toContain(name);
    for (const name of all(/\bnpm test -- ([a-z0-9]+)/g))
      expect(suites).toMatch(new RegExp(`^  ${name}[:,]`, "m"));
    for (const name of all(/\bnpm run bench -- ([a-z-]+)/g))
      expect(existsSync(`benchmarks/${name}.mjs`)).toBe(true);
    for (const file of all(/\b((?:scripts|tests|schemas|trainer|benchmarks|docs)\/[\w./-]+\.[a-z]+)\b/g))
      expect.soft([file, existsSync(file)]).toEqual([file, true]);
  });
});
