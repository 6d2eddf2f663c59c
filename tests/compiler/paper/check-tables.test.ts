import { expect, test } from "vitest";
import { diagnosticsOf } from "../../support/recipes.ts";

const RECIPE = `recipe: 1
name: checked
paper: { tables: tables.yaml }
steps:
  train: { uses: run/command, matrix: { task: [a, b] }, with: { argv: ["true"], env: { RATE: 1 } } }
`;
const found = (columns: string, ...rows: string[]) => {
  const tables = `paper_tables: 2\nsource: s\ntables:\n  - table: T\n    steps: train\n    ${columns}\n    rows:\n${rows.map((row) => `      - { ${row} }\n`).join("")}`;
  return diagnosticsOf(RECIPE, null, { files: { "recipes/tables.yaml": tables } }).map(
    ({ code, line, column, message }) => `${code} ${line}:${column} ${message}`,
  );
};
const COLUMNS = "{ by: matrix.task, columns: [a, b] }".slice(2, -2).replace(", columns", "\n    columns");

test.each<[string, string, string[], string]>([
  [
    "a row twice",
    "",
    ["row: r, printed: 1, parameter: env.RATE", "row: r, printed: 1"],
    "R0316 9:16 The row 'r' stands twice.",
  ],
  [
    "a column twice",
    "by: matrix.task\n    columns: [a, b, a]",
    ["row: r, printed: 1, parameter: env.RATE"],
    "R0316 7:21 The column 'a' stands twice.",
  ],
  [
    "a value of two columns",
    "by: matrix.task\n    columns: [a, b, { column: B, value: a }]",
    ["row: r, printed: 1, parameter: env.RATE"],
    "R0316 7:41 The column's value 'a' stands twice.",
  ],
  [
    "too few cells",
    COLUMNS,
    ["row: r, printed: [1], parameter: env.RATE"],
    "R0317 9:28 'printed' has 1 value for 2 columns.",
  ],
  [
    "cells without columns",
    "",
    ["row: r, printed: [1, 2], parameter: env.RATE"],
    "R0317 8:28 'printed' has a value for each column, and the table has no columns.",
  ],
  [
    "one value for a list of printed ones",
    COLUMNS,
    ["row: r, printed: [1, 2], value: 1, parameter: env.RATE"],
    "R0317 9:43 'printed' is a list",
  ],
  [
    "as many values as printed ones",
    COLUMNS,
    ["row: r, printed: [1, 1], value: [1], parameter: env.RATE"],
    "R0317 9:43 'value' has 1 value for 2 columns.",
  ],
  ["no parameter in any row", "", ["row: r, printed: 1"], "R0318 4:12 No row of 'T' names a parameter"],
  ["columns of no matrix key", "columns: [a, b]", ["row: r, printed: 1, parameter: env.RATE"], "R0104 4:5"],
])("%s", (_, columns, rows, said) => {
  const all = found(columns, ...rows);
  expect(all).toHaveLength(1);
  expect(all[0]).toContain(said);
});

test("rows of two stages may have one name", () => {
  const tables = `paper_tables: 2
source: s
tables:
  - table: T
    steps: [train, other]
    rows:
      - { row: r, steps: train, printed: 1, parameter: env.RATE }
      - { row: r, steps: other, printed: 2, parameter: env.RATE }
`;
  const recipe = `${RECIPE}  other: { uses: run/command, with: { argv: ["true"], env: { RATE: 2 } } }\n`;
  expect(diagnosticsOf(recipe, null, { files: { "recipes/tables.yaml": tables } })).toEqual([]);
});
