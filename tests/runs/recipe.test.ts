import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { RunError } from "../../runs/errors.ts";
import { previewRun } from "../../runs/preview/preview-run.ts";
import { compileRecipe, planOf } from "../../runs/recipe/compile-recipe.ts";
import { temporaryFolder } from "../support/folders.ts";
import { folderWith } from "../support/runs.ts";
import { openStore } from "../../store/store.ts";

const NOOP = { s: { uses: "run/noop", with: {} } };
const codes = (folder: string, choice: Parameters<typeof compileRecipe>[1]): string[] =>
  compileRecipe(folder, choice).diagnostics.map(({ code, message }) => `${code} ${message}`);

describe("a recipe's paths count from a folder", () => {
  test("that is not this process's, also those of what it extends", () => {
    const folder = folderWith(temporaryFolder(), NOOP);
    mkdirSync(path.join(folder, "sub"));
    writeFileSync(path.join(folder, "sub", "more.yaml"), "recipe: 1\nname: more\nextends: ../r.yaml\n");
    const { plan, texts } = planOf(folder, { file: "sub/more.yaml" });
    expect([plan.recipe.path, plan.steps.map(({ id }) => id)]).toEqual(["sub/more.yaml", ["s"]]);
    expect([...texts.keys()]).toEqual(["sub/more.yaml", "r.yaml"]);
    expect(codes(folder, { file: "more.yaml" })).toEqual(["R0001 There is no file 'more.yaml'."]);
  });

  test("and so does what it is confined to", () => {
    const base = temporaryFolder();
    const folder = folderWith(path.join(base, "in"), NOOP, { inputs: { d: { type: "path", path: "link" } } });
    symlinkSync(base, path.join(folder, "link"));
    const confine = folder;
    expect(codes(folder, { file: "r.yaml", confine })).toEqual([
      "R0511 No step uses the input 'd'.",
      "R0412 'link' leads out of the folder that this recipe may read (--confine).",
    ]);
    expect(codes(folder, { file: "../r.yaml", confine })).toEqual([
      "R0412 '../r.yaml' leads out of the folder that this recipe may read (--confine).",
    ]);
  });
});

test("its text, or all texts, may be given instead of files", () => {
  const texts = new Map([
    ["a.yaml", "recipe: 1\nname: a\nextends: b.yaml\n"],
    ["b.yaml", JSON.stringify({ recipe: 1, name: "b", steps: NOOP })],
  ]);
  const read = (file: string): string => {
    const text = texts.get(file);
    if (text === undefined) throw new Error(`there is no '${file}' in this commit.`);
    return text;
  };
  const nowhere = path.join(temporaryFolder(), "nowhere");
  expect(planOf(nowhere, { file: "a.yaml", read }).plan.recipe.name).toBe("a");
  texts.delete("b.yaml");
  expect(codes(nowhere, { file: "a.yaml", read })[0]).toContain("there is no 'b.yaml' in this commit.");
  expect(codes(nowhere, { file: "told", bytes: Buffer.from([0xff]) })[0]).toContain("'told' is not UTF-8");
  expect(codes(nowhere, { file: "told", bytes: new Error("It broke off.") })).toEqual([
    "R0001 It broke off.",
  ]);
});

test("what is wrong comes as findings; warnings only where they are to be errors", () => {
  const folder = folderWith(temporaryFolder(), NOOP, { nmae: "x" });
  const refused = (): unknown => {
    try {
      return planOf(folder, { file: "r.yaml" });
    } catch (error) {
      return error;
    }
  };
  expect(refused()).toBeInstanceOf(RunError);
  expect(refused()).toMatchObject({
    message: expect.stringMatching(/^recipe-invalid\nR0101 r\.yaml:1:\d+ /) as string,
    refusal: {
      why: "recipe-invalid",
      diagnostics: [{ code: "R0101" }],
      texts: new Map([["r.yaml", expect.any(String)]]),
    },
  });
});

test("a preview starts nothing, and names the inputs that are not there", async () => {
  const folder = folderWith(
    temporaryFolder(),
    { s: { uses: "run/command", with: { argv: ["cat", "{inputs.d}"], inputs: { d: "${{ inputs.d }}" } } } },
    { inputs: { d: { type: "path", path: "data" } } },
  );
  const planned = planOf(folder, { file: "r.yaml" });
  const root = path.join(folder, ".reprise");
  const look = async () => {
    const { missing, previews } = await previewRun(planned, { store: openStore(root), folder });
    return [missing, previews.map(({ action, because }) => [action, because.map(({ kind }) => kind)])];
  };
  expect(await look()).toEqual([["d"], [["run", ["never-run", "missing-input"]]]]);
  writeFileSync(path.join(folder, "data"), "1");
  expect(await look()).toEqual([[], [["run", ["never-run"]]]]);
});
