import path from "node:path";
import type { Layers } from "../../compiler/layers.ts";
import type { ConformRow } from "../../compiler/paper/compare-row.ts";
import type { Conformity, ConformTable } from "../../compiler/paper/conform.ts";
import { disagreements, printedOf } from "../../compiler/paper/disagreements.ts";
import { groupBy } from "../../core/group-by.ts";
import { showValue } from "../../core/show-value.ts";
import { counted } from "../../schemas/counted.ts";
import type { Place } from "../../schemas/diagnostic.ts";
import type { Recipe } from "../../schemas/generated/recipe.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { drawTable } from "../table.ts";
import { planOf, type RecipeOptions } from "../recipe-file.ts";

/** Prints the paper's tables beside a recipe's values and what reaches the trainer, row by row. */
export async function conform(
  file: string,
  { json, details = false, ...options }: RecipeOptions & { json?: boolean; details?: boolean },
): Promise<number> {
  const { plan, recipe, paper } = await planOf(file, options);
  if (paper === null) {
    throw new UserError(
      EXIT.invalid,
      `'${file}' names no tables of its paper. Write paper: { tables: <file> }; docs/papers.md shows one.`,
    );
  }
  if (json === true) {
    sayJson({ recipe: plan.recipe, source: paper.source, ...asData(paper, recipe) });
    return EXIT.done;
  }
  say(`${(recipe.value as unknown as Recipe).name}, beside ${paper.source}`);
  if (details) for (const table of paper.tables) showTable(table, recipe);
  else showShort(paper.tables);
  for (const sentence of unmatched(paper)) say(sentence);
  const all = paper.tables.flatMap(({ rows }) => rows);
  const count = (verdict: ConformRow["verdict"]) => all.filter((row) => row.verdict === verdict).length;
  say(
    `${counted(all.length, "row")}: ${count("exact")} exact, ${counted(count("deviation"), "stated deviation")}, ${count("silent") + count("no parameter")} silent.${details ? "" : " --details shows each, and what reaches the trainer."}`,
  );
  return EXIT.done;
}

/** The same as data: each row with the place in the recipe that gives its value, null for a default. */
function asData(paper: Conformity, recipe: Layers): object {
  const { tables, missing, missingColumns, withoutColumn } = paper;
  return {
    steps: tables.map(({ table, column, step, kind, rows }) => ({
      ...{ step, kind, table, column },
      rows: rows.map((row) => ({ ...row, path: row.path.join("."), origin: originOf(row, recipe) })),
    })),
    ...{ missing, missingColumns, withoutColumn },
    disagreements: disagreements(paper).map(({ step, parameter, rows, places }) => ({
      ...{ step, parameter },
      values: rows.map(({ paper: value, printed }, index) => ({ place: places[index]!, printed, value })),
    })),
  };
}

function originOf(
  { path: place, parameter }: ConformRow,
  recipe: Layers,
): Omit<Place, "endLine" | "endColumn"> | null {
  const origin = parameter === null ? undefined : recipe.originsOf(place).at(-1);
  return origin === undefined ? null : { file: origin.file, line: origin.line, column: origin.column };
}

/** What is on one side only, and what the paper contradicts itself in. */
function unmatched(paper: Conformity): string[] {
  const { missing, missingColumns, withoutColumn } = paper;
  const columns = groupBy(missingColumns, ({ table }) => table);
  return [
    ...missing.map((table) => `No step is about ${table}.`),
    ...[...columns].map(
      ([table, some]) =>
        `No step stands in these columns of ${table}: ${some.map(({ column }) => column).join(", ")}.`,
    ),
    ...withoutColumn.map(({ table, step }) => `${table} has no column for '${step}'.`),
    ...disagreements(paper).map(({ step, parameter, rows, places }) => {
      const said = rows.map((row, index) => `${printedOf(row)} (${places[index]!})`).join(", ");
      return `The paper says two things about '${parameter}' of '${step}': ${said}.`;
    }),
  ];
}

/** Every row of one of the paper's tables. */
function showTable({ table, column, step, rows }: ConformTable, recipe: Layers): void {
  say(`\n${table}${column === null ? "" : `, column ${column}`}, step '${step}'`);
  say(
    drawTable(
      ["row", "paper", "recipe", "from", "reaches the trainer", "verdict"],
      rows.map((row) => [
        ...[row.row, printedOf(row), oursOf(row)],
        row.parameter === null ? "" : standsAt(row, recipe),
        ...[reachedBy(row), verdictOf(row)],
      ]),
    ),
  );
}

/** How many rows of each table agree, and those that do not. */
function showShort(tables: readonly ConformTable[]): void {
  const counts = tables.map(({ table, column, step, rows }) => [
    ...[table, String(column ?? ""), step, String(rows.length)],
    ...(["exact", "deviation", "silent", "no parameter"] as const).map((verdict) => {
      const { length } = rows.filter((row) => row.verdict === verdict);
      return length === 0 ? "" : String(length);
    }),
  ]);
  const others = tables.flatMap(({ step, rows }) =>
    rows
      .filter(({ verdict }) => verdict !== "exact" && verdict !== "no parameter")
      .map((row) => [step, row.row, printedOf(row), oursOf(row), verdictOf(row)]),
  );
  if (counts.length > 0)
    say(
      drawTable(["table", "column", "step", "rows", "exact", "stated", "not stated", "no parameter"], counts),
    );
  if (others.length > 0) say(`\n${drawTable(["step", "row", "paper", "recipe", "verdict"], others)}\n`);
}

const oursOf = ({ parameter, ours }: ConformRow): string =>
  parameter === null ? "" : `${parameter}: ${showValue(ours)}`;

function standsAt(row: ConformRow, recipe: Layers): string {
  const origin = originOf(row, recipe);
  return origin === null ? "default" : `${path.basename(origin.file)}:${origin.line}`;
}

function verdictOf({ verdict, reason }: ConformRow): string {
  if (verdict === "silent") return "deviation, not stated";
  return reason === null ? verdict : `${verdict}: ${reason}`;
}

/** What of the trainer's a value becomes; nothing where the kind does not say, as of a program's environment. */
function reachedBy({ field, reaches, change }: ConformRow): string {
  if (field === "") return "";
  if (field.startsWith("none:")) return field.slice("none: ".length);
  return change === null
    ? `${field} = ${showValue(reaches)}`
    : `${field} = ${showValue(reaches)} (${change})`;
}
