import { describe, expect, test } from "vitest";
import { compileText, diagnosticsOf } from "../../support/recipes.ts";

const RECIPE = `recipe: 1
name: bound
paper: { tables: tables.yaml }
steps:
  train:
    uses: run/command
    matrix: { task: [sst2, mrpc], seed: [0, 1] }
    with: { argv: ["true"], env: { RATE: 5e-4, SEED: "\${{ matrix.seed }}" } }
  score: { uses: run/command, with: { argv: ["true"], env: { SIZE: 8 } } }
`;

const TABLES = `paper_tables: 2
source: a paper
tables:
  - table: Table 1
    steps: train
    by: matrix.task
    columns: [{ column: SST-2, value: sst2 }, { column: MRPC, value: mrpc }]
    rows:
      - { row: Rate, printed: [5e-4, 4e-4], parameter: env.RATE }
      - { row: Length, printed: 512 }
`;

const filesOf = (tables: string) => ({ files: { "recipes/tables.yaml": tables } });
const findings = (tables: string, recipe = RECIPE) =>
  diagnosticsOf(recipe, null, filesOf(tables)).map(({ code, file, line, column, message, suggestion }) => ({
    ...{ code, suggestion, message },
    place: `${file}:${line}:${column}`,
  }));
const errors = (...given: Parameters<typeof findings>) =>
  findings(...given).filter(({ code }) => !code.startsWith("R05"));
const paperOf = (tables: string, recipe = RECIPE, settings: string[] = []) =>
  compileText(recipe, null, { ...filesOf(tables), settings }).paper!;
const standing = (...given: Parameters<typeof paperOf>) =>
  paperOf(...given).tables.map(({ column, step, rows }) => [
    step,
    column,
    ...rows.map(({ verdict }) => verdict),
  ]);

describe("a table's steps", () => {
  test("every cell stands in the column of its own value", () => {
    expect(standing(TABLES)).toEqual([
      ["train-sst2-0", "SST-2", "exact", "no parameter"],
      ["train-sst2-1", "SST-2", "exact", "no parameter"],
      ["train-mrpc-0", "MRPC", "silent", "no parameter"],
      ["train-mrpc-1", "MRPC", "silent", "no parameter"],
    ]);
  });

  test("may be several, cells of a matrix, and in rows some of them", () => {
    const several = `paper_tables: 2
source: a paper
tables:
  - table: Table 1
    steps: ["train[task=mrpc, seed=1]", score]
    rows:
      - { row: Rate, steps: "train[task=mrpc, seed=1]", printed: 5e-4, parameter: env.RATE }
      - { row: Size, steps: [score], printed: 8, parameter: env.SIZE }
`;
    expect(errors(several)).toEqual([]);
    expect(paperOf(several).tables.map(({ step, rows }) => [step, rows.map(({ row }) => row)])).toEqual([
      ["train-mrpc-1", ["Rate"]],
      ["score", ["Size"]],
    ]);
  });

  test("a step that is not there", () => {
    expect(errors(TABLES.replace("steps: train", "steps: trian"))).toEqual([
      {
        code: "R0315",
        place: "recipes/tables.yaml:5:12",
        suggestion: "train",
        message: "The recipe has no step 'trian'. Did you mean 'train'?",
      },
    ]);
    const [far] = errors(TABLES.replace("steps: train", "steps: finetune"));
    expect(far!.message).toContain("tables: { file: …, steps: { finetune: <its step> } }");
    const [cell] = errors(TABLES.replace("steps: train", "steps: train[task=rte]"));
    expect(cell!.message).toContain("its matrix has task: sst2, mrpc; seed: 0, 1");
  });

  test("a recipe that calls it otherwise says so", () => {
    const other = TABLES.replace("steps: train", "steps: finetune[task=mrpc]").replace(
      "[5e-4, 4e-4]",
      "4e-4",
    );
    const calls = (steps: string) =>
      RECIPE.replace("tables: tables.yaml", `tables: { file: tables.yaml, steps: { ${steps} } }`);
    expect(errors(other, calls("finetune: train"))).toEqual([]);
    expect(standing(other, calls("finetune: train")).map(([step]) => step)).toEqual([
      "train-mrpc-0",
      "train-mrpc-1",
    ]);
    expect(standing(other, calls("finetune: 'train[seed=1]'")).map(([step]) => step)).toEqual([
      "train-mrpc-1",
    ]);
    expect(paperOf(other, calls("finetune: []"))).toMatchObject({ tables: [], missing: ["Table 1"] });
    expect(errors(other, calls("finetune: trian"))).toMatchObject([
      { code: "R0315", place: "recipes/r.yaml:3:58", suggestion: "train" },
    ]);
    expect(errors(other, calls("finetune: train, fintune: train"))).toMatchObject([
      { code: "R0315", place: "recipes/r.yaml:3:65", suggestion: "finetune" },
    ]);
  });

  test("what a profile or an extending recipe takes away is left out", () => {
    const extending = "recipe: 1\nextends: r.yaml\nname: less\nsteps: { train: null }\n";
    const files = { "recipes/tables.yaml": TABLES, "recipes/r.yaml": RECIPE };
    const { paper, diagnostics } = compileText(extending, null, { files, file: "recipes/less.yaml" });
    expect(diagnostics).toEqual([]);
    expect(paper!.missing).toEqual(["Table 1"]);
  });
});

describe("a table's columns", () => {
  test("that the recipe does not reproduce are named", () => {
    const fewer = RECIPE.replace("[sst2, mrpc]", "[mrpc]");
    expect(errors(TABLES, fewer)).toEqual([]);
    expect(paperOf(TABLES, fewer).missingColumns).toEqual([{ table: "Table 1", column: "SST-2" }]);
  });

  test("cells that the paper has no column for are named", () => {
    const more = RECIPE.replace("[sst2, mrpc]", "[sst2, mrpc, own]");
    expect(errors(TABLES, more)).toEqual([]);
    expect(paperOf(TABLES, more).withoutColumn.map(({ step }) => step)).toEqual([
      "train-own-0",
      "train-own-1",
    ]);
  });

  test("a column without a cell, and a cell without a column, are a typo", () => {
    expect(errors(TABLES.replace("value: mrpc", "value: mprc"))).toEqual([
      {
        code: "R0315",
        place: "recipes/tables.yaml:7:57",
        suggestion: "{ column: MRPC, value: mrpc }",
        message:
          "No value of matrix.task is 'MRPC' (mprc). Did you mean 'mrpc'? Write { column: MRPC, value: mrpc }.",
      },
    ]);
  });

  test("a key that the step's matrix does not have", () => {
    expect(errors(TABLES.replace("matrix.task", "matrix.tasks"))).toMatchObject([
      { code: "R0315", place: "recipes/tables.yaml:6:9", suggestion: "matrix.task" },
    ]);
  });

  test("null is a cell that the paper leaves empty", () => {
    expect(standing(TABLES.replace("[5e-4, 4e-4]", "[5e-4, null]"))[2]).toEqual([
      "train-mrpc-0",
      "MRPC",
      "no parameter",
    ]);
  });

  test("a value means something in one column", () => {
    const meant = TABLES.replace("printed: [5e-4, 4e-4]", "printed: [high, low], value: [5e-4, 5e-4]");
    expect(standing(meant).map(([, , verdict]) => verdict)).toEqual(["exact", "exact", "exact", "exact"]);
  });
});

describe("a row's parameter", () => {
  test.each([
    ["env.RAET", "env.RATE"],
    ["RATE", "env.RATE"],
    ["envv", "env"],
  ])("%s is not there", (parameter, suggestion) => {
    expect(errors(TABLES.replace("parameter: env.RATE", `parameter: ${parameter}`))).toMatchObject([
      { code: "R0315", place: "recipes/tables.yaml:9:56", suggestion },
    ]);
  });

  test("stands in the steps of its table", () => {
    expect(errors(TABLES.replace("row: Rate,", "row: Rate, steps: score,"))).toMatchObject([
      { code: "R0315", place: "recipes/tables.yaml:9:29" },
    ]);
  });
});

test("tables of the first form say what is new", () => {
  const [found, ...others] = errors(
    "paper_tables: 1\nsource: a\ntables: [{ table: T, kind: run/noop, rows: [{ row: r, printed: 1 }] }]\n",
  );
  expect(others).toEqual([]);
  expect(found).toMatchObject({ code: "R0311", place: "recipes/tables.yaml:1:15" });
});
