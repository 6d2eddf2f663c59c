import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import { compile } from "../../compiler/compile.ts";
import { printDiagnostic } from "../../compiler/print/text.ts";
import { cpuTime } from "../support/spent.ts";

const RUNS = 10_000;
const recipes = ["st-r1.yaml", "demo.yaml", "method-grid.yaml"].map((name) => ({
  file: path.join("recipes", name),
  text: readFileSync(path.join("recipes", name), "utf8"),
}));
const beside = new Map(
  ["recipes/st-r1.yaml", "recipes/papers/2503.12542.yaml", "recipes/demo.digests.json"].map((file) => [
    path.normalize(file),
    readFileSync(file, "utf8"),
  ]),
);

/** The other files of a recipe; a mutation may name one that is not there. */
function read(file: string): string {
  const text = beside.get(path.normalize(file));
  if (text === undefined) throw new Error(`there is no '${file}'`);
  return text;
}

// What is compiled once is no part of a mutation's second.
beforeAll(() => {
  for (const { file, text } of recipes)
    compile({ file, text, profile: null, settings: [], read, kinds: KINDS });
});

/** Compiles a text, and holds what must be true of any text. Gives whether it is valid. */
function hold(file: string, text: string): boolean {
  const spent = cpuTime();
  const { plan, diagnostics, texts } = compile({
    file,
    text,
    profile: null,
    settings: [],
    read,
    kinds: KINDS,
  });
  const lines = text.split("\n");
  for (const diagnostic of diagnostics) {
    const { line, column, endLine, endColumn } = diagnostic;
    const inTables = diagnostic.file !== file;
    if (!inTables) expect(line).toBeLessThanOrEqual(lines.length);
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    if (!inTables) expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
    expect(endLine > line || (endLine === line && endColumn >= column)).toBe(true);
    expect(printDiagnostic(diagnostic, texts)).toContain(diagnostic.code);
  }
  if (plan === null) expect(diagnostics.length).toBeGreaterThan(0);
  expect(spent()).toBeLessThan(1000);
  return plan !== null;
}

type Mutation = (lines: string[], at: number, other: number) => string[];
const splice = (lines: string[], at: number, remove: number, ...add: string[]) =>
  lines.toSpliced(at, remove, ...add);
const replaceValue = (line: string, value: string) => line.replace(/: .*$/, `: ${value}`);

const VALUES = [
  "null",
  "[]",
  "{}",
  "-1",
  "1e999",
  "yes",
  "'text'",
  "[1, 2]",
  "{ a: 1 }",
  "${{ inputs.x }}",
  "${{",
  "&a *a",
  "!!int a",
  "|",
  "\t",
  "0x1F",
  "007",
  "__proto__",
  "${{ steps.grpo.outputs.model }}",
  "${{ 1 / 0 }}",
  "ü😀",
];
const MUTATIONS: Record<string, Mutation> = {
  delete: (lines, at) => splice(lines, at, 1),
  duplicate: (lines, at) => splice(lines, at, 0, lines[at]!),
  swap: (lines, at, other) => lines.with(at, lines[other]!).with(other, lines[at]!),
  rename: (lines, at, other) =>
    lines.with(
      at,
      lines[at]!.replace(
        /[a-z_]{2,}/,
        (word) => word.slice(0, other % word.length) + word.slice((other % word.length) + 1),
      ),
    ),
  retype: (lines, at, other) => lines.with(at, replaceValue(lines[at]!, VALUES[other % VALUES.length]!)),
  indent: (lines, at) => lines.with(at, `  ${lines[at]!}`),
  outdent: (lines, at) => lines.with(at, lines[at]!.replace(/^ {2}/, "")),
  prototype: (lines, at) => lines.with(at, lines[at]!.replace(/[a-z_]+:/, "constructor:")),
  uppercase: (lines, at) => lines.with(at, lines[at]!.toUpperCase()),
  move: (lines, at, other) => splice(splice(lines, at, 1), other % lines.length, 0, lines[at]!),
};

describe("whatever is done to a shipped recipe, it compiles or says where it is wrong", () => {
  test(`${RUNS} mutations`, () => {
    const seen = { valid: 0, invalid: 0 };
    const step = fc.tuple(fc.constantFrom(...Object.keys(MUTATIONS)), fc.nat(), fc.nat());
    fc.assert(
      fc.property(
        fc.constantFrom(...recipes),
        fc.array(step, { minLength: 1, maxLength: 3 }),
        ({ file, text }, steps) => {
          const mutated = steps.reduce(
            (lines, [name, at, other]) => MUTATIONS[name]!(lines, at % lines.length, other % lines.length),
            text.split("\n"),
          );
          seen[hold(file, mutated.join("\n")) ? "valid" : "invalid"] += 1;
        },
      ),
      { numRuns: RUNS },
    );
    // Both happen often, or the mutations would show nothing.
    expect(seen.valid).toBeGreaterThan(RUNS / 20);
    expect(seen.invalid).toBeGreaterThan(RUNS / 4);
  }, 300_000);

  test("cut off at every byte", () => {
    const { file, text } = recipes.find((recipe) => recipe.file.endsWith("demo.yaml"))!;
    const bytes = Buffer.from(text);
    let valid = 0;
    for (let end = 0; end <= bytes.length; end++) {
      if (hold(file, bytes.subarray(0, end).toString("utf8"))) valid += 1;
    }
    // Cut off inside the claims or the profiles it may still be whole, before that it never is.
    expect(valid).toBeGreaterThan(0);
    expect(valid).toBeLessThan(bytes.length / 2);
  }, 300_000);
});

test("any text at all", () => {
  const piece = fc.constantFrom(
    "recipe: 1",
    "name: a",
    "steps:",
    "  a:",
    "    uses: train/sft",
    "    with: {}",
    "- x",
    "${{",
    "&a",
    "*a",
    "? !",
    "\t",
    ": ",
    "'",
    "claims: [{}]",
    "extends: a.yaml",
    "    matrix: { a: [1] }",
    "    if: 1 +",
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ unit: "binary" })), { maxLength: 12 }),
      (lines) => void hold("recipes/any.yaml", lines.join("\n")),
    ),
    { numRuns: 1000 },
  );
});
