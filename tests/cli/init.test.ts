import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

function emptyFolder(name: string): string {
  const folder = path.join(temporaryFolder(), name);
  mkdirSync(folder);
  stopServerAfterwards(folder);
  return folder;
}

describe("init", { timeout: 120_000 }, () => {
  test("writes a recipe that runs to its verdict at once, and another one when it is edited", async () => {
    const folder = emptyFolder("My Paper");
    const begun = await reprise(folder, ["init"]);
    expect(begun.code).toBe(0);
    expect(begun.stdout.split("\n")).toEqual([
      "my-paper.yaml",
      "train.py",
      "Run it: reprise run my-paper.yaml",
    ]);
    const ended = await reprise(folder, ["run", "my-paper.yaml"]);
    expect(ended.stdout).toContain("REPRODUCED  The classifier");
    expect(ended.code).toBe(0);
    const recipe = path.join(folder, "my-paper.yaml");
    writeFileSync(recipe, readFileSync(recipe, "utf8").replace("EPOCHS: 200", "EPOCHS: 100"));
    expect((await reprise(folder, ["plan", "my-paper.yaml"])).stdout).toMatch(
      /train .* RUN +env\.EPOCHS 200 -> 100/,
    );
    expect((await reprise(folder, ["run", "my-paper.yaml"])).code).toBe(0);
  });

  test("overwrites nothing", async () => {
    const folder = emptyFolder("twice");
    writeFileSync(path.join(folder, "train.py"), "mine");
    const ended = await reprise(folder, ["init"]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain("'train.py' would be overwritten");
    expect(readdirSync(folder)).toEqual(["train.py"]);
  });

  test.each(["sft", "grpo", "st-r1"])("%s is valid where it was written", async (template) => {
    const folder = emptyFolder(template);
    const { files } = JSON.parse((await reprise(folder, ["init", template, "--json"])).stdout) as {
      files: string[];
    };
    expect(files.every((file) => existsSync(path.join(folder, file)))).toBe(true);
    const ended = await reprise(folder, ["validate", `${template}.yaml`, "--deny", "warnings"]);
    expect(ended.stdout).toContain("valid");
    expect(ended.code).toBe(0);
  });

  test("takes a paper's table, says what its rows became, and conform agrees", async () => {
    const folder = emptyFolder("tabled");
    writeFileSync(path.join(folder, "t.csv"), "row,value\nlr,5e-4\nOptimizer,AdamW\nSeq. Len.,512\n");
    const begun = await reprise(folder, ["init", "--table", "t.csv"]);
    expect(begun.stdout).toContain("3 rows: 2 with a parameter, 1 without.");
    expect(begun.stdout).toContain("Seq. Len.: train/sft has no parameter of that name");
    const { stdout } = await reprise(folder, ["conform", "tabled.yaml"]);
    expect(stdout).toContain("3 rows: 2 exact, 0 stated deviations, 1 silent.");
  });

  test.each([
    [["nothing"], "There is no template 'nothing'"],
    [["--table", "none.csv"], "The table 'none.csv' cannot be read (ENOENT)"],
    [["st-r1", "--table", "none.csv"], "brings its paper's tables along"],
    [["--name", "No Name"], "is no name of a recipe"],
  ])("%j is refused, and nothing is written", async (args, says) => {
    const folder = emptyFolder("refused");
    const ended = await reprise(folder, ["init", ...args]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain(says);
    expect(readdirSync(folder)).toEqual([]);
  });
});
