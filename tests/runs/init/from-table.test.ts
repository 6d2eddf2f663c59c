import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { KINDS } from "../../../activities/index.ts";
import { addTable } from "../../../runs/init/from-table.ts";
import { matchRows } from "../../../runs/init/match-rows.ts";
import { readTable, TableError } from "../../../runs/init/read-table.ts";
import { filesOf, TEMPLATES, type Template } from "../../../runs/init/template.ts";
import { compileText } from "../../support/recipes.ts";

const TEMPLATE_NAMES = Object.keys(TEMPLATES) as Template[];

/** What the compiler says of new files. */
const said = (files: ReadonlyMap<string, string>, name: string) =>
  compileText(files.get(`${name}.yaml`)!, null, { file: `${name}.yaml`, files: Object.fromEntries(files) });

describe("a template", () => {
  test.each(TEMPLATE_NAMES)(
    "%s is valid without a warning, under its new name, and short",
    async (template) => {
      const files = await filesOf(template, "my-paper");
      const { plan, diagnostics } = said(files, "my-paper");
      expect(diagnostics).toEqual([]);
      expect(plan!.recipe.name).toBe("my-paper");
      expect(files.get("my-paper.yaml")!.trimEnd().split("\n").length).toBeLessThan(25);
    },
  );
});

describe("a table in CSV", () => {
  test.each([
    ["row,value\nlr,8e-5\n", 8e-5],
    ['\u{FEFF}row;value\n"lr" ; 8e-5\n\n', 8e-5],
    ["row\tvalue\nlr\ttrue\n", true],
    ['row,value\nlr,"1,000"\n', "1,000"],
  ])("%j is read", (text, printed) => {
    expect(readTable(text, undefined)).toEqual([{ row: "lr", printed }]);
  });

  test("of several columns the one that is named counts; a row without a value is left out", () => {
    const text = "row,SFT,GRPO\nlr,8e-5,1e-5\nbeta,,0.1\n";
    expect(readTable(text, "SFT")).toEqual([{ row: "lr", printed: 8e-5 }]);
    expect(readTable(text, "GRPO")).toHaveLength(2);
  });

  test.each([
    ["row,SFT,GRPO\nlr,1,2\n", undefined, "several columns: SFT, GRPO"],
    ["row,SFT\nlr,1\n", "DPO", "no column 'DPO': SFT"],
    ["lr,8e-5\nbeta,0.1\n", undefined, "names the columns above"],
    ["", undefined, "one column"],
    ["row,value\n", undefined, "no row"],
    ['row,value\nlr,"8\n', undefined, "no CSV"],
  ])("%j is refused", (text, column, says) => {
    expect(() => readTable(text, column)).toThrow(TableError);
    expect(() => readTable(text, column)).toThrow(says);
  });
});

describe("rows are matched with parameters", () => {
  const matched = (row: string, printed: string | number | boolean) =>
    matchRows([{ row, printed }], KINDS.get("train/sft"))[0]!;

  test.each([
    ["Learning Rate", 8e-5, "learning_rate", 8e-5],
    ["base learning rate", 8e-5, "learning_rate", 8e-5],
    ["Optimizer", "AdamW", "optimizer", "adamw"],
    ["Batch Size (per GPU)", 2, "batch_size_per_device", 2],
    ["warm-up ratio", "10 %", "warmup_ratio", 0.1],
    ["num_train_epochs", 3, "epochs", 3],
  ])("%s: %s", (row, printed, parameter, value) => {
    expect(matched(row, printed)).toMatchObject({ parameter, value });
  });

  test.each([
    ["Max Seq. Len.", 512, "no parameter of that name"],
    // Alike is not the same.
    ["learning race", 8e-5, "no parameter of that name"],
    ["LR schedule", "polynomial", "no value of learning_rate_schedule; it is one of"],
    ["epochs", "about three", "no value of epochs"],
    // An artifact is no value of a table.
    ["model", "Qwen", "no parameter of that name"],
  ])("%s: %s has none, and it is said why", (row, printed, why) => {
    const found = matched(row, printed);
    expect(found).toMatchObject({ parameter: null, why: expect.stringContaining(why) });
  });
});

describe("a recipe from a table", () => {
  const rows = readTable(
    "row,value\nlr,5e-4\nOptimizer,AdamW\nwarmup ratio,10 %\nMax Seq. Len.,512\nlearning_rate,1e-4\nepochs,-3\n",
    undefined,
  );
  const made = async (template: Template, step: string) =>
    addTable(await filesOf(template, "p"), { name: "p", step, rows, table: "t.csv" });

  test("has the paper's values, and agrees with its table row by row", async () => {
    const { files, rows: all, kept } = await made("sft", "sft");
    const { diagnostics, plan, paper } = said(files, "p");
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    const sft = plan!.steps.find(({ id }) => id === "sft")!;
    expect(sft.params).toMatchObject({ learning_rate: 5e-4, optimizer: "adamw", warmup_ratio: 0.1 });
    const verdicts = paper!.tables[0]!.rows.map(({ row, verdict }) => [row, verdict]);
    expect(Object.fromEntries(verdicts)).toMatchObject({
      ...{ lr: "exact", Optimizer: "exact", "warmup ratio": "exact" },
      ...{ "Max Seq. Len.": "no parameter", learning_rate: "no parameter" },
    });
    expect(all.find(({ row }) => row === "learning_rate")).toMatchObject({
      why: "'lr' is learning_rate already",
    });
    // What is not valid is not taken, and is said.
    expect(kept).toMatchObject([{ parameter: "epochs" }]);
    expect(parse(files.get("p.paper.yaml")!)).toMatchObject({ tables: [{ table: "t.csv", steps: "sft" }] });
  });

  test("of a program has each row as a variable", async () => {
    const { files, rows: all } = await made("command", "train");
    const { diagnostics, plan, paper } = said(files, "p");
    expect(diagnostics).toEqual([]);
    expect(plan!.steps[0]!.params["env"]).toMatchObject({ LR: 0.0005, OPTIMIZER: "AdamW", MAX_SEQ_LEN: 512 });
    expect(all.every(({ parameter }) => parameter !== null)).toBe(true);
    expect(paper!.tables[0]!.rows.every(({ verdict }) => verdict === "exact")).toBe(true);
  });
});
