import { Document, parseDocument, type YAMLMap } from "yaml";
import { KINDS } from "../../activities/index.ts";
import { compile } from "../../compiler/compile.ts";
import type { MatchedRow } from "./match-rows.ts";
import { matchRows } from "./match-rows.ts";
import type { TableRow } from "./read-table.ts";
import { recipeFile, type Files } from "./template.ts";

/** What became of a paper's rows. */
export interface FromTable {
  files: Files;
  rows: MatchedRow[];
  /** Parameters that keep the template's value, since the paper's is not valid there, with the reason. */
  kept: { parameter: string; why: string }[];
}

interface Given {
  name: string;
  /** The step that the table is about. */
  step: string;
  rows: readonly TableRow[];
  /** What the table is called. */
  table: string;
}

/**
 * Adds a paper's table to the files of a new recipe: its rows as a file of tables, and their values in the step that they are about.
 */
export function addTable(files: Files, { name, step, rows, table }: Given): FromTable {
  const file = recipeFile(name);
  const recipe = parseDocument(files.get(file)!);
  const kind = KINDS.get(String(recipe.getIn(["steps", step, "uses"])));
  const isProgram = kind.schema.properties["env"] !== undefined;
  const matched = isProgram ? asVariables(rows) : matchRows(rows, kind);
  const tables = `${name}.paper.yaml`;
  const written: Files = new Map([...files, [tables, tablesOf(matched, step, table)]]);
  const kept: FromTable["kept"] = [];
  for (const row of matched) {
    if (row.parameter === null) continue;
    const path = ["steps", step, "with", ...row.parameter.split(".")];
    const before = recipe.getIn(path);
    recipe.setIn(path, row.value);
    const why = whyInvalid(file, recipe, files, path.join("."));
    if (why === null) continue;
    if (before === undefined) recipe.deleteIn(path);
    else recipe.setIn(path, before);
    kept.push({ parameter: row.parameter, why });
  }
  // Beside what else is said of the whole.
  const { items } = recipe.contents as YAMLMap;
  const paper = recipe.createPair("paper", recipe.createNode({ tables }, { flow: true }));
  items.splice(items.findIndex(({ key }) => String(key) === "name") + 1, 0, paper);
  written.set(file, recipe.toString(STYLE));
  return { files: written, rows: matched, kept };
}

const STYLE = { lineWidth: 120, flowCollectionPadding: true } as const;

/** A program is told of each row by a variable of its own. */
function asVariables(rows: readonly TableRow[]): MatchedRow[] {
  const taken = new Set<string>();
  return rows.map((row) => {
    const variable = row.row
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]+/g, "_")
      .replaceAll(/^[_0-9]+|_+$/g, "");
    if (variable === "") return { ...row, parameter: null, why: "its name makes no variable" };
    if (taken.has(variable))
      return { ...row, parameter: null, why: `another row is env.${variable} already` };
    taken.add(variable);
    return { ...row, parameter: `env.${variable}`, value: row.printed };
  });
}

/** What makes a recipe invalid that was valid before a value was put there; null where it still is. */
function whyInvalid(file: string, recipe: Document.Parsed, files: Files, path: string): string | null {
  const read = (name: string) => {
    const text = files.get(name);
    if (text === undefined) throw new Error(`There is no file '${name}'.`);
    return text;
  };
  const text = recipe.toString(STYLE);
  const { diagnostics } = compile({ file, text, profile: null, settings: [], read, kinds: KINDS });
  const wrong = diagnostics.filter(({ severity }) => severity === "error");
  return (wrong.find((one) => one.path === path) ?? wrong[0])?.message ?? null;
}

/** A file of tables with a paper's rows; those without a parameter stand last, each with the reason. */
function tablesOf(rows: readonly MatchedRow[], step: string, table: string): string {
  const found = new Document({
    paper_tables: 2,
    source: table,
    tables: [{ table, steps: step, rows: [] as object[] }],
  });
  const list = (of: readonly MatchedRow[]) =>
    of.map((row) => {
      const { row: name, printed } = row;
      const more = row.parameter === null ? {} : rest(row);
      const node = found.createNode({ row: name, printed, ...more }, { flow: true });
      if (row.parameter === null) node.commentBefore = ` ${row.why}`;
      return node;
    });
  const matched = rows.filter(({ parameter }) => parameter !== null);
  const others = rows.filter(({ parameter }) => parameter === null);
  found.setIn(["tables", 0, "rows"], found.createNode([]));
  for (const node of [...list(matched), ...list(others)]) found.addIn(["tables", 0, "rows"], node);
  found.commentBefore =
    " docs/papers.md explains the form. A row without 'parameter' is shown, and not compared.";
  return found.toString(STYLE);
}

const rest = (row: MatchedRow & { parameter: string }): object => ({
  ...("meant" in row && row.meant !== undefined ? { value: row.meant } : {}),
  ...("unit" in row && row.unit !== undefined ? { unit: row.unit } : {}),
  parameter: row.parameter,
});
