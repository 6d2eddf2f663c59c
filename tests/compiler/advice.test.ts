import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import { closest } from "../../core/suggest.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { diagnosticsOf } from "../support/recipes.ts";

const FOLDER = "tests/compiler/invalid";
const offsetOf = (text: string, line: number, column: number): number =>
  text
    .split("\n")
    .slice(0, line - 1)
    .reduce((all, { length }) => all + length + 1, column - 1);

/** The text with a finding's advice taken. */
function take(text: string, { line, column, endLine, endColumn, suggestion }: Diagnostic): string {
  const [from, to] = [offsetOf(text, line, column), offsetOf(text, endLine, endColumn)];
  return text.slice(0, from) + suggestion + text.slice(to);
}

/** What is said of a value or key when its advice has been taken: it must be nothing, of whatever code. */
function saidAfter(text: string, found: Diagnostic, file?: string): string[] {
  const again = diagnosticsOf(take(text, found), null, file === undefined ? {} : { file });
  return again
    .filter(
      ({ file: where, line, column, severity }) =>
        where === found.file && line === found.line && column === found.column && severity === "error",
    )
    .map(({ message }) => `${found.message}  ->  ${message}`);
}

describe("advice is valid", () => {
  const fixtures = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

  test.each(fixtures)("of all that is wrong in %s", (name) => {
    const file = path.join(FOLDER, name);
    const text = readFileSync(file, "utf8");
    const found = diagnosticsOf(text, null, { file });
    const advised = found.filter((one) => one.suggestion !== undefined && one.file === file);
    expect(advised.flatMap((one) => saidAfter(text, one, file))).toEqual([]);
  });

  // Whatever somebody may write for a parameter or a key of a step.
  const VALUES = [
    `"python3 x.py"`,
    `"a, b"`,
    "word",
    "5",
    "0",
    "-1",
    "1.5",
    "true",
    "'yes'",
    "'1e-5'",
    "'-3'",
  ];
  const BESIDE = ["timeout", "stalled_after", "needs", "retry", "checkpoint", "resources", "if", "matrix"];
  const steps = KINDS.names.flatMap((kind) => [
    ...Object.keys(KINDS.get(kind).schema.properties).map(
      (name) => [kind, `with: { ${name}: VALUE }`] as const,
    ),
  ]);
  const beside = BESIDE.map((key) => ["run/command", `with: { argv: [true] }, ${key}: VALUE`] as const);
  const inner = [
    "checkpoint: { every: VALUE }",
    "retry: { backoff: VALUE }",
    "retry: { attempts: VALUE }",
  ].map((key) => ["run/command", `with: { argv: [true] }, ${key}`] as const);

  test.each([...steps, ...beside, ...inner])("of %s with %s", (kind, rest) => {
    const said = VALUES.flatMap((value) => {
      const text = `recipe: 1\nname: r\nsteps:\n  s: { uses: ${kind}, ${rest.replace("VALUE", value)} }\n`;
      const found = diagnosticsOf(text).filter(
        ({ suggestion, line }) => suggestion !== undefined && line === 4,
      );
      return found.flatMap((one) => saidAfter(text, one));
    });
    expect(said).toEqual([]);
  });
});

const messagesOf = (step: string, more = "") =>
  diagnosticsOf(`recipe: 1\nname: r\n${more}steps:\n  s: { uses: run/command, ${step} }\n`).map(
    ({ message }) => message,
  );

test.each([
  [`with: { argv: "python3 x.py" }`, "Write [python3, x.py]."],
  [`with: { argv: "python3 x.py > out" }`, `Write [sh, -c, "python3 x.py > out"].`],
  ["with: { argv: [x] }, timeout: 5", "Write 5s. It is written like '90s'"],
  ["with: { argv: [x] }, checkpoint: { every: 5 }", "Write 5 steps."],
])("%s: %s", (step, advice) => {
  expect(messagesOf(step).join("\n")).toContain(advice);
});

test("an input without a type is told which there are, and nothing else", () => {
  const messages = messagesOf("with: { argv: [x] }", "inputs: { data: { path: some/data } }\n");
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(
    /^'inputs\.data' needs the key 'type', one of .*path.*\. Write \{ type: path, path: "some\/data" \}/,
  );
});

test("a key that is there already is not advised", () => {
  const [message] = messagesOf("with: { argv: [x] }, timeouts: 5s, timeout: 5s");
  expect(closest("timeouts", ["timeout"])).toBe("timeout");
  expect(message).toContain("Did you mean 'timeout'? It is there already");
});

test("one that only a default gives is advised", () => {
  expect(messagesOf("with: { argv: [x], pass_envs: [A] }")).toEqual([
    expect.stringMatching(/Did you mean 'pass_env'\?$/),
  ]);
});

describe("--set", () => {
  const text = `recipe: 1
name: r
inputs: { rate: { type: number, default: 1 } }
steps:
  arms:
    matrix: { seed: [0, 1] }
    steps:
      high: { uses: run/command, with: { argv: [x], env: { LR: "1" } } }
`;
  const said = (setting: string) =>
    diagnosticsOf(text, null, { settings: [setting] })
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message);

  test.each([
    ["steps.high.with.env.LR='2'", "'steps.arms.steps.high.with.env.LR'"],
    ["high.env.LR='2'", "'steps.arms.steps.high.with.env.LR'"],
    ["high.timeout=5s", "'steps.arms.steps.high.timeout'"],
    ["rate=2", "'inputs.rate'"],
  ])("%s is told the true path, which is right", (setting, told) => {
    expect(said(setting).join("\n")).toContain(told);
    const value = setting.slice(setting.indexOf("=") + 1);
    expect(said(`${told.slice(1, -1)}=${value}`)).toEqual([]);
  });
});
