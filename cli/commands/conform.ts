import path from "node:path";
import Table from "cli-table3";
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
import { planOf, type RecipeOptions } from "../recipe-file.ts";

/** Prints the paper's tables beside a recipe's values and what reaches the trainer, row by row. */
export async function conform(
  file: string,
  { json, ...options }: RecipeOptions & { json?: boolean },
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
  for (const table of paper.tables) showTable(table, recipe);
  for (const sentence of unmatched(paper)) say(sentence);
  const all = paper.tables.flatMap(({ rows }) => rows);
  const count = (verdict: ConformRow["verdict"]) => all.filter((row) => row.verdict === verdict).length;
  say(
    `${counted(all.length, "row")}: ${count("exact")} exact, ${counted(count("deviation"), "stated deviation")}, ${count("silent") + count("no parameter")} silent.`,
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

function showTable({ table, column, step, rows }: ConformTable, recipe: Layers): void {
  const shown = new Table({
    head: ["row", "paper", "recipe", "from", "reaches the trainer", "verdict"],
    style: { head: [], border: [], compact: true },
    colWidths: [null, null, null, null, 50, 34],
    wordWrap: true,
  });
  for (const row of rows) {
    const { parameter, ours, verdict, reason } = row;
    const origin = originOf(row, recipe);
    const from = origin === null ? "default" : `${path.basename(origin.file)}:${origin.line}`;
    shown.push([
      row.row,
      printedOf(row),
      parameter === null ? "" : `${parameter}: ${showValue(ours)}`,
      parameter === null ? "" : from,
      reachedBy(row),
      verdict === "silent" ? "deviation, not stated" : reason === null ? verdict : `${verdict}: ${reason}`,
    ]);
  }
  say(`\n${table}${column === null ? "" : `, column ${column}`}, step '${step}'`);
  say(shown.toString());
}

/** What of the trainer's a value becomes; nothing where the kind does not say, as of a program's environment. */
function reachedBy({ field, reaches, change }: ConformRow): string {
  if (field === "") return "";
  if (field.startsWith("none:")) return field.slice("none: ".length);
  return change === null
    ? `${field} = ${showValue(reaches)}`
    : `${field} = ${showValue(reaches)} (${change})`;
}
