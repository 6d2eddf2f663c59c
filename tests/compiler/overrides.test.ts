import { describe, expect, test } from "vitest";
import { diagnosticsOf, planOf } from "../support/recipes.ts";

const RECIPE = `recipe: 1
name: o
inputs:
  rate: { type: number, default: 1 }
  rows: { type: dataset, path: rows.jsonl }
  token: { type: secret, env: TOKEN }
steps:
  alone: { uses: run/noop, with: { value: "\${{ inputs.rate }}" } }
  arms:
    steps:
      low: { uses: run/noop, with: { value: 1 }, retry: { attempts: 2 } }
claims:
  - { id: c, metric: alone.nothing, at_least: 1 }
profiles:
  fast: { steps.alone.with.value: 7 }
  typo: { steps.alon.with.value: 7 }
`;
const told = (...settings: string[]) =>
  diagnosticsOf(RECIPE, null, { settings })
    .filter(({ severity }) => severity === "error")
    .map(({ file, code, message }) => `${file} ${code} ${message}`);
const values = (settings: string[], profile: string | null = null) =>
  Object.fromEntries(
    planOf(RECIPE, profile, { settings }).steps.map(({ id, params }) => [id, params["value"]]),
  );

test("settings change what they name, the later one counts", () => {
  expect(values([])).toEqual({ alone: 1, low: 1 });
  expect(values(["steps.alone.with.value=3", "steps.arms.steps.low.with.value=x"])).toEqual({
    alone: 3,
    low: "x",
  });
  expect(values(["steps.alone.with.value=3", "steps.alone.with.value=4"])).toEqual({ alone: 4, low: 1 });
  expect(values(["inputs.rate=2.5"])).toEqual({ alone: 2.5, low: 1 });
  expect(values(["steps.alone.with.value=a=b"])).toEqual({ alone: "a=b", low: 1 });
});

test("a setting counts above a profile", () => {
  expect(values([], "fast")).toEqual({ alone: 7, low: 1 });
  expect(values(["steps.alone.with.value=8"], "fast")).toEqual({ alone: 8, low: 1 });
});

test("null removes a key that is there", () => {
  expect(values(["steps.alone=null", "claims.0.metric=low.nothing"])).toEqual({ low: 1 });
  expect(told("steps.arms.steps.low.retry=null")).toEqual([]);
});

describe("a setting that can be none says what it lacks", () => {
  const PATHS = "one begins with steps, claims, inputs or accept, as steps.sft.with.epochs does.";
  test.each([
    ["steps", "--set R0306 'steps' is no setting. Write path=value, such as steps.sft.with.epochs=2."],
    ["=3", "--set R0306 '=3' is no setting. Write path=value, such as steps.sft.with.epochs=2."],
    ["steps=3", `--set R0306 'steps' is no path in a recipe: ${PATHS}`],
    ["rate=3", `--set R0306 'rate' is no path in a recipe: ${PATHS} Did you mean 'inputs.rate'?`],
    ["alone=3", `--set R0306 'alone' is no path in a recipe: ${PATHS}`],
    [
      "alone.value=3",
      `--set R0306 'alone.value' is no path in a recipe: ${PATHS} Did you mean 'steps.alone.with.value'?`,
    ],
    [
      "low.value=3",
      `--set R0306 'low.value' is no path in a recipe: ${PATHS} Did you mean 'steps.arms.steps.low.with.value'?`,
    ],
    [
      "low.with.value=3",
      `--set R0306 'low.with.value' is no path in a recipe: ${PATHS} Did you mean 'steps.arms.steps.low.with.value'?`,
    ],
    [
      "low.retry.attempts=3",
      `--set R0306 'low.retry.attempts' is no path in a recipe: ${PATHS} Did you mean 'steps.arms.steps.low.retry.attempts'?`,
    ],
    ["other.value=3", `--set R0306 'other.value' is no path in a recipe: ${PATHS}`],
    ["steps.a b.with.value=3", `--set R0306 'steps.a b.with.value' is no path in a recipe: ${PATHS}`],
    ["steps.constructor.with=3", "--set R0306 'constructor' cannot be a key."],
    [
      "steps.alone.with.value=",
      `--set R0306 The value of 'steps.alone.with.value' is empty. Write 'steps.alone.with.value=""' for an empty text, or null to remove the key.`,
    ],
    [
      "steps.alone.with.value=[1",
      `--set R0306 The value of 'steps.alone.with.value' is not valid YAML. A text is read as it is in quotes: 'steps.alone.with.value="…"'.`,
    ],
    [
      "steps.alone.with.value=a #b",
      `--set R0306 A part of the value of 'steps.alone.with.value' would be read as a comment: what follows '#'. Put the text in quotes: 'steps.alone.with.value="…"'.`,
    ],
    [
      "inputs.token=abc",
      "--set R0309 A secret is never given on the command line; set the environment variable that 'inputs.token' names.",
    ],
  ])("%s", (setting, message) => {
    expect(told(setting)).toEqual([message]);
  });
});

describe("a setting with no place to stand says what is near", () => {
  test.each([
    [
      "steps.alon.with.value=3",
      "--set R0302 --set changes 'steps.alon.with.value', but the recipe has no 'steps.alon.with'. Did you mean 'steps.alone'?",
    ],
    [
      "steps.low.with.value=3",
      "--set R0302 --set changes 'steps.low.with.value', but the recipe has no 'steps.low.with'. It stands in a group: 'steps.arms.steps.low.with.value'.",
    ],
    [
      "claims.1.at_least=3",
      "--set R0302 --set changes 'claims.1.at_least', but the recipe has no 'claims.1'. Did you mean 'claims.0'?",
    ],
    ["claims.1=3", "--set R0302 --set changes 'claims.1', but the list 'claims' has only 1 entry."],
    [
      "steps.alone.with.valeu=null",
      "--set R0302 --set changes 'steps.alone.with.valeu', but null removes a key, and the recipe has no 'steps.alone.with.valeu'. Did you mean 'steps.alone.with.value'?",
    ],
  ])("%s", (setting, message) => {
    expect(told(setting)).toEqual([message]);
  });
});

test("each setting has its own name in messages", () => {
  expect(told("steps.alone.with.value=3", "=1")).toEqual([
    "--set 2 R0306 '=1' is no setting. Write path=value, such as steps.sft.with.epochs=2.",
  ]);
});

test("a profile that is not there, or that changes what is not there, is told at its place", () => {
  const of = (profile: string, text = RECIPE) =>
    diagnosticsOf(text, profile)
      .filter(({ severity }) => severity === "error")
      .map(({ line, code, message }) => `${line} ${code} ${message}`);
  expect(of("fats")).toEqual(["14 R0301 The recipe has no profile 'fats'. Did you mean 'fast'?"]);
  expect(of("elsewhere")).toEqual(["14 R0301 The recipe has no profile 'elsewhere'. It has: fast, typo."]);
  expect(of("any", RECIPE.replace(/profiles:[^]*/, ""))).toEqual([
    "1 R0301 The recipe has no profile 'any'. It has none.",
  ]);
  expect(of("typo")).toEqual([
    "16 R0302 The profile changes 'steps.alon.with.value', but the recipe has no 'steps.alon.with'. Did you mean 'steps.alone'?",
  ]);
});
