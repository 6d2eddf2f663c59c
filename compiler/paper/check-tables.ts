import type { PaperTables, PaperTablesTable } from "../../schemas/generated/paper-tables.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { counted } from "../../schemas/counted.ts";
import type { Layers } from "../layers.ts";
import type { Path } from "../mapping.ts";
import { columnsOf } from "./columns.ts";

/** What is wrong with a paper's tables in themselves, whatever recipe they are compared with. */
export function checkTables(layers: Layers, { tables }: PaperTables): Diagnostic[] {
  return [
    ...twice(layers, "table", named(tables, "table", ["tables"])),
    ...tables.flatMap((table, index) => checkTable(layers, table, ["tables", index])),
  ];
}

function checkTable(layers: Layers, table: PaperTablesTable, path: Path): Diagnostic[] {
  const columns = columnsOf(table);
  const heads = columns.map(({ column, at }) => ({
    name: String(column),
    path: [...path, "columns", ...at],
  }));
  const values = columns.map(({ value, at: [index = 0, ...inside] }) => ({
    name: String(value),
    path: [...path, "columns", index, ...(inside.length === 0 ? [] : ["value"])],
  }));
  // Stages of a training may have rows of the same name.
  const rows = table.rows.map(({ row, steps }, index) => ({
    name: row,
    of: JSON.stringify(steps),
    path: [...path, "rows", index, "row"],
  }));
  return [
    ...twice(layers, "row", rows),
    ...twice(layers, "column", heads),
    ...twice(layers, "column's value", values),
    ...table.rows.flatMap((row, index) => checkRow(layers, row, columns.length, [...path, "rows", index])),
    ...aboutNothing(layers, table, path),
  ];
}

interface Named {
  name: string;
  /** What it is of, where that tells equal names apart. */
  of?: string | undefined;
  path: Path;
}

const named = <Key extends string>(entries: readonly Record<Key, string>[], key: Key, path: Path): Named[] =>
  entries.map((entry, index) => ({ name: entry[key], path: [...path, index, key] }));

function twice(layers: Layers, what: string, entries: readonly Named[]): Diagnostic[] {
  const first = new Map<string, Path>();
  return entries.flatMap(({ name, of = "", path }) => {
    const before = first.get(`${name} ${of}`);
    if (before === undefined) {
      first.set(`${name} ${of}`, path);
      return [];
    }
    const related = [{ message: `'${name}' stands here first`, path: before, at: "value" as const }];
    const message = `The ${what} '${name}' stands twice. Remove one, or name them as the paper tells them apart.`;
    return [layers.diagnostic("R0316", path, message, { related })];
  });
}

/** A list in a row has one value for each column. */
function checkRow(
  layers: Layers,
  { printed, value }: PaperTablesTable["rows"][number],
  columns: number,
  path: Path,
): Diagnostic[] {
  const wrong = (key: string, message: string) => [layers.diagnostic("R0317", [...path, key], message)];
  if (!Array.isArray(printed)) return [];
  if (columns === 0) {
    const message =
      "'printed' has a value for each column, and the table has no columns. Give one value, or name the table's columns: by and columns.";
    return wrong("printed", message);
  }
  const count = (list: readonly unknown[]) =>
    `${counted(list.length, "value")} for ${counted(columns, "column")}`;
  if (printed.length !== columns)
    return wrong("printed", `'printed' has ${count(printed)}. Write null where the paper has none.`);
  if (value === undefined) return [];
  if (!Array.isArray(value))
    return wrong("value", "'printed' is a list, one for each column, so 'value' is a list too.");
  return value.length === columns ? [] : wrong("value", `'value' has ${count(value)}.`);
}

function aboutNothing(layers: Layers, { table, rows }: PaperTablesTable, path: Path): Diagnostic[] {
  if (rows.some(({ parameter }) => parameter !== undefined)) return [];
  const message = `No row of '${table}' names a parameter, so nothing of it would be compared. Write parameter: <name> in each row that the recipe has a value for.`;
  return [layers.diagnostic("R0318", [...path, "table"], message)];
}
