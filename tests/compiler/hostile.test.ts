import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printDiagnostic } from "../../compiler/print/text.ts";
import { compileText, planOf, SMALL } from "../support/recipes.ts";
import { cpuTime } from "../support/spent.ts";

const demo = readFileSync("recipes/demo.yaml", "utf8");
const deepMapping = Array.from({ length: 3000 }, (_, level) => `${" ".repeat(level)}a:`).join("\n");

/** Text that no recipe is, and the code of its first finding. */
const HOSTILE: [what: string, text: string, code: string][] = [
  ["nothing", "", "R0003"],
  ["only a comment", "# nothing\n", "R0003"],
  ["only a tab", "\t\n", "R0003"],
  ["a byte order mark alone", "\uFEFF", "R0003"],
  ["a scalar", "hello", "R0003"],
  ["two documents", `${SMALL}---\n${SMALL}`, "R0002"],
  ["tabs that indent", SMALL.replaceAll("  ", "\t"), "R0002"],
  ["50 MB", `x: ${"y".repeat(50 * 1024 * 1024)}`, "R0004"],
  [
    "an alias bomb",
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`,
    "R0004",
  ],
  ["an alias to nothing", `${SMALL}x-a: *nobody\n`, "R0002"],
  ["an alias of itself", `${SMALL}x-a: &a [*a]\n`, "R0004"],
  ["ten thousand open lists", `x: ${"[".repeat(10_000)}`, "R0004"],
  ["ten thousand nested lists", `x: ${"[".repeat(10_000)}${"]".repeat(10_000)}`, "R0004"],
  ["ten thousand nested entries", `x: ${"- ".repeat(10_000)}`, "R0002"],
  ["a million open lists", `x: ${"[".repeat(1_000_000)}`, "R0004"],
  ["three thousand nested mappings", deepMapping, "R0004"],
  ["a prototype name as a key", `${SMALL}__proto__: { a: 1 }\n`, "R0101"],
  ["another one", `${SMALL}constructor: 2\n`, "R0101"],
  ["one as a step", "recipe: 1\nname: a\nsteps: { constructor: { uses: toString, with: {} } }\n", "R0101"],
  ["a list as a key", `${SMALL}? [a, b]\n: 1\n`, "R0101"],
  ["a number that is none", SMALL.replace("eval: 2", "eval: .nan"), "R0104"],
  ["infinity", SMALL.replace("eval: 2", "eval: -.inf"), "R0104"],
  ["a number too large", SMALL.replace("eval: 2", "eval: 1e999"), "R0104"],
  ["a YAML 1.1 word for a boolean", SMALL.replace("eval: 2", "eval: yes"), "R0103"],
  ["null steps", "recipe: 1\nname: a\nsteps: { a: null }\n", "R0103"],
  ["a list of steps", "recipe: 1\nname: a\nsteps: [{ id: walks, uses: data/synthesize }]\n", "R0103"],
  ["unicode in a step's name", SMALL.replaceAll("walks", "wälks"), "R0104"],
  ["a step that needs itself", SMALL.replace("with: { clips", "needs: [walks]\n    with: { clips"), "R0205"],
  [
    "a matrix of a billion cells",
    SMALL.replace(
      "with: { clips",
      `matrix: { a: [${[...Array(1000).keys()].join()}], b: [${[...Array(1000).keys()].join()}], c: [${[...Array(1000).keys()].join()}] }\n    with: { clips`,
    ),
    "R0307",
  ],
  ["a very long expression", SMALL.replace("eval: 2", `eval: "\${{ ${"1+".repeat(5000)}1 }}"`), "R0206"],
];

describe("hostile text gives findings with places, at once", () => {
  test.each(HOSTILE)("%s", (_, text, code) => {
    const spent = cpuTime();
    const { plan, diagnostics, texts } = compileText(text);
    expect(plan).toBeNull();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    expect(diagnostics.length).toBeLessThan(60);
    const lines = text.split("\n").length + 1;
    for (const diagnostic of diagnostics) {
      expect(diagnostic.line).toBeGreaterThan(0);
      expect(diagnostic.line).toBeLessThanOrEqual(lines);
      expect(diagnostic.column).toBeGreaterThan(0);
      expect(diagnostic.endLine).toBeGreaterThanOrEqual(diagnostic.line);
      expect(printDiagnostic(diagnostic, texts).length).toBeLessThan(3000);
    }
    expect(spent()).toBeLessThan(5000);
  });
});

describe("odd text that is a recipe", () => {
  test.each([
    ["line ends of Windows", demo.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\uFEFF${demo}`],
    ["no line end at the end", demo.trimEnd()],
    ["comments and blank lines", demo.replaceAll("\n", " # x\n\n")],
  ])("%s", (_, text) => {
    const { plan, diagnostics } = compileText(text);
    expect(diagnostics).toEqual([]);
    expect(plan!.digest).toBe(compileText(demo).plan!.digest);
  });

  test("places count from the text, also after a byte order mark and with Windows line ends", () => {
    const text = `\uFEFF${SMALL.replace("56x56", "none")}`.replaceAll("\n", "\r\n");
    const { diagnostics, texts } = compileText(text);
    expect(diagnostics.map(({ line, column }) => [line, column])).toEqual([[11, 13]]);
    expect(printDiagnostic(diagnostics[0]!, texts)).toMatch(/^ {10}size: none\n {16}~~~~$/m);
  });

  test("words of YAML 1.1 are texts, octals are not", () => {
    const { plan, diagnostics } = compileText(SMALL.replace("{ eval: 2 }", "{ eval: 012 }"));
    expect(plan!.steps[0]!.params["clips"]).toMatchObject({ eval: 12 });
    expect(diagnostics.map(({ code }) => code)).toEqual(["R0504"]);
  });
});

test("ten thousand written steps, and a chain of ten thousand, are compiled", () => {
  const step = (index: number) =>
    `  s${index}: { uses: data/synthesize, with: { seed: ${index}, clips: { eval: 1 } }${index === 0 ? "" : `, needs: [s${index - 1}]`} }`;
  const text = `recipe: 1\nname: long\nsteps:\n${Array.from({ length: 10_000 }, (_, index) => step(9_999 - index)).join("\n")}\n`;
  const { plan, diagnostics } = compileText(text);
  expect(diagnostics).toEqual([]);
  expect(plan!.steps[0]!.id).toBe("s0");
  expect(plan!.steps.at(-1)!.id).toBe("s9999");
});

test("ten thousand mistakes are found in seconds", () => {
  const step = (index: number) =>
    `  s${index}: { uses: frames/extract, with: { dataset: "\${{ steps.t${index}.outputs.dataset }}", sise: 1 }, needs: [u${index}] }`;
  const text = `recipe: 1\nname: long\nsteps:\n${Array.from({ length: 10_000 }, (_, index) => step(index)).join("\n")}\n`;
  const spent = cpuTime();
  const { diagnostics } = compileText(text);
  expect(diagnostics).toHaveLength(30_000);
  expect(spent()).toBeLessThan(20_000);
});

test("a profile of a thousand overrides is applied at once", () => {
  const overrides = Array.from(
    { length: 1000 },
    (_, index) => `    steps.s${index}.with.seed: ${index}`,
  ).join("\n");
  const steps = Array.from(
    { length: 1000 },
    (_, index) => `  s${index}: { uses: data/synthesize, with: { clips: {} } }`,
  ).join("\n");
  const spent = cpuTime();
  const plan = planOf(`recipe: 1\nname: many\nsteps:\n${steps}\nprofiles:\n  all:\n${overrides}\n`, "all");
  expect(plan.steps[999]!.params["seed"]).toBe(999);
  expect(spent()).toBeLessThan(15_000);
});
