import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Plan } from "../../schemas/plan.ts";
import { reprise } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();

const recipeWith = (env: string, more = ""): string => `recipe: 1
name: values
inputs:
  seed: { type: int, default: 0 }
  word: { type: string, default: a }
steps:
  show:
    uses: run/command
    with:
      argv: [echo, "\${{ inputs.word }}"]
      env:
        SEED: "\${{ inputs.seed }}"
${env}
${more}`;

type Answer = Pick<Plan, "steps"> & { diagnostics: Diagnostic[] };

async function plan(text: string, ...settings: string[]): Promise<Answer> {
  writeFileSync(path.join(folder, "values.yaml"), text);
  const set = settings.flatMap((setting) => ["--set", setting]);
  const { stdout } = await reprise(folder, ["plan", "values.yaml", "--json", ...set]);
  return JSON.parse(stdout) as Answer;
}

const envOf = ({ steps }: Answer): Record<string, unknown> =>
  steps[0]!.params["env"] as Record<string, unknown>;
const told = ({ diagnostics }: Answer): string[] =>
  diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);

describe("numbers and words in env reach the program as they are written", () => {
  test("in the recipe, a profile and --set", async () => {
    const env =
      "        VERSION: 1.10\n        RATE: 1e5\n        ZIP: 02134\n        HEX: 0x10\n        YES: True\n        N: 3";
    const profiles = "profiles:\n  p:\n    steps.show.with.env.RATE: 3.10\n";
    const made = await plan(recipeWith(env, profiles), "steps.show.with.env.SET=007");
    expect(envOf(made)).toEqual({
      ...{ SEED: 0, VERSION: "1.10", RATE: "1e5", ZIP: "02134", HEX: "0x10", YES: "True", N: 3, SET: "007" },
    });
    writeFileSync(path.join(folder, "values.yaml"), recipeWith(env, profiles));
    const { stdout, stderr } = await reprise(folder, ["plan", "values.yaml", "--json", "--profile", "p"]);
    expect(envOf(JSON.parse(stdout) as Answer)["RATE"]).toBe("3.10");
    // No warning of an octal number, where it stays a text.
    expect(stderr).not.toContain("R0504");
  });

  test("also from a value that several share", async () => {
    const anchored = recipeWith("        A: &v 1.10\n        B: *v");
    expect(envOf(await plan(anchored))).toMatchObject({ A: "1.10", B: "1.10" });
  });
});

describe("a whole number that cannot be kept is refused at its place", () => {
  test.each(["9007199254740993", "-9007199254740993", "12345678901234567890", "0x20000000000001"])(
    "%s",
    async (n) => {
      expect(told(await plan(recipeWith(`        BIG: ${n}`)))).toEqual(["R0104 13:14"]);
      expect(told(await plan(recipeWith("        A: a"), `inputs.seed=${n}`))).toEqual(["R0104 1:13"]);
    },
  );

  test("also in an expression", async () => {
    expect(told(await plan(recipeWith('        A: "${{ 9007199254740993 }}"')))).toEqual(["R0206 13:17"]);
  });

  test("one that is exact is not, nor a text", async () => {
    const env = '        A: 9007199254740992\n        B: "9007199254740993"\n        C: 1e300';
    expect(envOf(await plan(recipeWith(env)))).toMatchObject({
      A: 9007199254740992,
      B: "9007199254740993",
    });
  });
});

describe("--set loses nothing without a word", () => {
  const RECIPE = recipeWith("        A: a");

  test.each([
    ["steps.show.with.env.A=", "is empty"],
    ["inputs.word=", "is empty"],
    ["steps.show.with.env.A=# x", "comment"],
    ["steps.show.with.env.A=a # x", "comment"],
    ["steps.show.with.argv=[echo, a # b\n]", "comment"],
    ["steps.show.with.env.__proto__=1", "'__proto__' cannot be a key"],
    ["steps.show.with.env.constructor=1", "'constructor' cannot be a key"],
    ["inputs.word=a\nother: b", "not valid YAML"],
    ["steps.show.with.env.B=null", "null removes a key, and the recipe has no 'steps.show.with.env.B'"],
  ])("%s", async (setting, message) => {
    const [only, ...others] = (await plan(RECIPE, setting)).diagnostics;
    expect([only!.message, others]).toEqual([expect.stringContaining(message), []]);
  });

  test.each([
    ['steps.show.with.env.A=""', ""],
    ['steps.show.with.env.A="a # x"', "a # x"],
    ["steps.show.with.env.A=a#x", "a#x"],
  ])("%s is taken", async (setting, value) => {
    expect(envOf(await plan(RECIPE, setting))["A"]).toBe(value);
  });

  test.each(["1e5", "007", "1.10", "True"])(
    "%s for a text is told once, with the quotes that keep it",
    async (text) => {
      const { diagnostics } = await plan(RECIPE, `inputs.word=${text}`);
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      expect(errors.map(({ suggestion }) => suggestion)).toEqual([`"${text}"`]);
    },
  );
});

describe("null in an extending recipe", () => {
  test("that removes nothing names the key that was meant", async () => {
    writeFileSync(path.join(folder, "base.yaml"), recipeWith("        A: a"));
    const { diagnostics } = await plan("recipe: 1\nname: more\nextends: base.yaml\nsteps:\n  shwo: null\n");
    expect(
      diagnostics.map(({ code, message, line, column, suggestion }) => [
        code,
        line,
        column,
        message,
        suggestion,
      ]),
    ).toEqual([
      [
        "R0302",
        ...[5, 3],
        "null removes a key, and the extended recipe has no 'steps.shwo'. Did you mean 'show'?",
        "show",
      ],
    ]);
  });

  test("that removes something is taken", async () => {
    writeFileSync(path.join(folder, "base.yaml"), recipeWith("        A: a"));
    const made = await plan(
      "recipe: 1\nname: more\nextends: base.yaml\nsteps: { show: { with: { env: { A: null } } } }\n",
    );
    expect(envOf(made)).toEqual({ SEED: 0 });
  });
});
