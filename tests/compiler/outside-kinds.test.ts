import { describe, expect, test } from "vitest";
import { compileText, diagnosticsOf, planOf } from "../support/recipes.ts";

const KIND = `kind: 1
title: lab/pairs
description: Makes pairs.
run: [sh, make.sh]
properties:
  rows: { type: integer, minimum: 1, description: How many. }
  split: { type: string, default: train, description: Of which. }
required: [rows]
x-outputs: { pairs: lab/pairs }
x-metrics: { made: How many there are., "share/<kind>": Of each. }
`;

const TAKER = `kind: 1
title: lab/train
description: Takes pairs.
run: [sh, train.sh]
environment: a/requirements.lock
x-version: 3
properties:
  pairs: { type: string, x-artifact: [lab/pairs], description: What it reads. }
  more: { type: object, default: {}, x-artifacts: [lab/pairs, path], description: More of it. }
  note: { type: string, default: "", x-affects: naming, description: A note. }
required: [pairs]
x-outputs: { model: model }
x-resources: { memory_gb: 4 }
`;

const files = {
  "recipes/kinds/pairs/kind.yaml": KIND,
  "kinds/train/kind.yaml": TAKER,
  "kinds/train/a/requirements.lock": "",
};

const recipe = (pairs: string, train: string, more = "") => `recipe: 1
name: own
steps:
  made: { uses: ./kinds/pairs, with: { ${pairs} } }
  train: { uses: ../kinds/train, with: { ${train} } }
${more}`;

const GOOD = recipe(
  "rows: 3",
  "pairs: '${{ steps.made.outputs.pairs }}', more: { x: '${{ steps.made.outputs.pairs }}' }",
);
const messages = (text: string, more = {}) =>
  diagnosticsOf(text, null, { files: { ...files, ...more } }).map(
    ({ code, message }) => `${code} ${message}`,
  );

describe("a plan of kinds from outside", () => {
  const plan = planOf(GOOD, null, { files });

  test("has them, and their folders as inputs of their steps, from where the recipe stands", () => {
    expect(Object.keys(plan.kinds!)).toEqual(["lab/pairs", "lab/train"]);
    expect(plan.inputs).toEqual({
      "./kinds/pairs": { type: "path", path: "./kinds/pairs", sha256: null },
      "../kinds/train": { type: "path", path: "../kinds/train", sha256: null },
    });
    expect(plan.steps[1]).toMatchObject({
      kind: "lab/train",
      version: 3,
      params: { note: "" },
      inputs: {
        pairs: { from: "step", step: "made", output: "pairs" },
        "more.x": { from: "step", step: "made", output: "pairs" },
        kind: { from: "input", input: "../kinds/train" },
      },
      outputs: { model: "model" },
      resources: { cpu: 1, memoryGb: 4 },
    });
  });

  test("is another plan when a kind.yaml is another one", () => {
    const other = { ...files, "kinds/train/kind.yaml": TAKER.replace("A note.", "A word.") };
    expect(planOf(GOOD, null, { files: other }).digest).not.toBe(plan.digest);
    expect(planOf(GOOD, null, { files }).digest).toBe(plan.digest);
  });

  test("of a recipe without them says nothing of kinds", () => {
    expect(planOf("recipe: 1\nname: a\nsteps: { a: { uses: run/noop, with: {} } }\n")).not.toHaveProperty(
      "kinds",
    );
  });

  test("tells where a kind is named, for what is wrong with its folder", () => {
    const { outside } = compileText(GOOD, null, { files });
    expect(outside.map(({ uses, kind }) => [uses, kind.name])).toEqual([
      ["./kinds/pairs", "lab/pairs"],
      ["../kinds/train", "lab/train"],
    ]);
  });
});

describe("what does not fit is told", () => {
  test("between kinds: a type of its own is none of another name", () => {
    expect(
      messages(recipe("rows: 3", "pairs: '${{ inputs.p }}'", "inputs: { p: { type: path, path: x } }")),
    ).toEqual([
      expect.stringContaining("R0204 'pairs' takes an artifact of type lab/pairs, but this is a path"),
    ]);
  });

  test("a metric that a kind does not have, but not one whose name has a part of the data's", () => {
    const claims = (metric: string) => `claims: [{ id: c, says: It is., metric: ${metric}, at_least: 1 }]\n`;
    expect(messages(GOOD + claims("made.maed"))).toEqual([
      "R0304 lab/pairs has no metric 'maed'. Did you mean 'made.made'?",
    ]);
    expect(messages(GOOD + claims("made.share/easy"))).toEqual([]);
  });

  test("two kinds of one title, a title of ours, a folder that is not there", () => {
    const twice = TAKER.replace("lab/train", "lab/pairs");
    expect(messages(GOOD, { "kinds/train/kind.yaml": twice })).toEqual([
      expect.stringMatching(/^R0321 .*'lab\/pairs', and so has another one/),
    ]);
    expect(messages(GOOD, { "kinds/train/kind.yaml": TAKER.replace("lab/train", "run/noop") })).toEqual([
      expect.stringMatching(/^R0321 .*'run\/noop', which is that of a kind of Reprise/),
    ]);
    expect(messages(GOOD.replace("../kinds/train", "./nowhere"))).toEqual([
      expect.stringMatching(/^R0320 The kind '.\/nowhere' cannot be read/),
    ]);
  });

  test.each([
    ["", "R0003 The file is empty. Start with 'kind: 1', 'title:', 'description:' and 'run:'."],
    [
      "- kind: 1",
      "R0003 It is a mapping of keys to values. Start with 'kind: 1', 'title:', 'description:' and 'run:'.",
    ],
    [KIND.replace("title", "titel"), "R0101 'titel' is not a key of the file. Did you mean 'title'?"],
    [
      KIND.replace("minimum: 1", "minimum: a"),
      "R0103 'properties.rows.minimum' must be a number; it is the text 'a'.",
    ],
    [
      KIND.replace("default: train", "default: 3"),
      "R0103 'properties.split.default' must be a text; it is 3. Put it in quotes: \"3\".",
    ],
    [KIND.replace("rows: {", "kind: {"), "R0322 No parameter can be called 'kind'"],
    [KIND.replace("[rows]", "[row]"), "R0322 The kind has no parameter 'row'. Did you mean 'rows'?"],
    [KIND.replace("lab/pairs }", "pairs }"), "R0322 There is no type of artifacts 'pairs'."],
    [
      KIND.replace("type: string,", "type: string, x-artifacts: [path],"),
      "R0322 'split' takes artifacts by name: its type is object.",
    ],
    [
      KIND.replace("type: integer,", "type: integer, x-artifact: [path],"),
      "R0322 'rows' takes an artifact: its type is string.",
    ],
    [
      KIND.replace("run:", "environment: ../other.lock\nrun:"),
      "R0320 The lock file '../other.lock' must lie in the kind's folder",
    ],
    [KIND.replace("run:", "environment: no.lock\nrun:"), "R0320 The lock file cannot be read"],
    [
      KIND.replace("made: How many there are.", "made: { main: true }, more: { main: true }"),
      "R0322 A kind has one main metric at most.",
    ],
  ])("in kind.yaml, once however many steps use it: %#", (text, says) => {
    const twice = `${GOOD}  again: { uses: ./kinds/pairs, with: { rows: 4 } }\n`;
    const found = diagnosticsOf(twice, null, { files: { ...files, "recipes/kinds/pairs/kind.yaml": text } });
    const own = found.filter(({ file }) => file === "recipes/kinds/pairs/kind.yaml");
    expect(
      own.map(({ code, message }) => `${code} ${message}`).filter((one) => one.startsWith(says)),
    ).toHaveLength(1);
    expect(found.filter(({ file }) => file === "recipes/r.yaml")).toEqual([]);
  });
});

test("a kind's parameters may be called as those by which run/command declares", () => {
  const own = KIND.replace(
    "properties:",
    "properties:\n  outputs: { type: object, default: {}, description: A mapping. }",
  ).replace(
    "properties:",
    "properties:\n  metrics: { type: array, items: { type: string }, default: [], description: A list. }",
  );
  const text = recipe(
    "rows: 3, metrics: [a], outputs: { x: model }",
    "pairs: '${{ steps.made.outputs.pairs }}'",
  );
  const more = { "recipes/kinds/pairs/kind.yaml": own };
  const plan = planOf(`${text}claims: [{ id: c, says: It is., metric: made.made, at_least: 1 }]\n`, null, {
    files: { ...files, ...more },
  });
  expect(plan.steps[0]!.outputs).toEqual({ pairs: "lab/pairs" });
});
