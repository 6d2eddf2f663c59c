import Table from "cli-table3";
import { KINDS } from "../../activities/index.ts";
import { conform as compare, type ConformRow } from "../../compiler/conform.ts";
import { showValue } from "../../core/show-value.ts";
import { readTables } from "../../compiler/tables.ts";
import { counted } from "../../schemas/counted.ts";
import type { Recipe } from "../../schemas/generated/recipe.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { confinement } from "../confine.ts";
import { planOf, reader, type RecipeOptions } from "../recipe-file.ts";

/** Prints the paper's tables beside a recipe's values and what reaches the trainer, row by row. */
export async function conform(
  file: string,
  { json, ...options }: RecipeOptions & { json?: boolean },
): Promise<number> {
  const { plan, recipe } = await planOf(file, options);
  const { value: tables } = readTables(recipe, file, reader(confinement(options.confine)));
  if (tables === null) {
    throw new UserError(
      EXIT.invalid,
      `'${file}' names no tables of its paper. Write paper: { tables: <file> }; docs/st-r1.md shows one.`,
    );
  }
  const stated = (id: string) =>
    plan.deviations
      .filter(({ step }) => step === id)
      .map(({ parameter, reason }) => [parameter, { reason }] as const);
  const order = tables.tables.map(({ kind }) => kind);
  const sorted = [...plan.steps].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const steps = sorted.flatMap((step) => {
    const rows = compare(KINDS.get(step.kind).schema, tables, step, Object.fromEntries(stated(step.id)));
    return rows.length === 0 ? [] : [{ step: step.id, kind: step.kind, rows }];
  });
  const missing = tables.tables
    .filter(({ kind }) => steps.every((step) => step.kind !== kind))
    .map(({ table }) => table);
  if (json === true) sayJson({ recipe: plan.recipe, source: tables.source, steps, missing });
  else {
    say(`${(recipe.value as unknown as Recipe).name}, beside ${tables.source}`);
    for (const { step, rows } of steps) showTable(step, rows);
    for (const table of missing) say(`No step is about ${table}.`);
    const all = steps.flatMap(({ rows }) => rows);
    const count = (verdict: ConformRow["verdict"]) => all.filter((row) => row.verdict === verdict).length;
    say(
      `${counted(all.length, "row")}: ${count("exact")} exact, ${counted(count("deviation"), "stated deviation")}, ${count("silent") + count("no parameter")} silent.`,
    );
  }
  return EXIT.done;
}

function showTable(step: string, rows: ConformRow[]): void {
  const table = new Table({
    head: ["row", "paper", "recipe", "reaches the trainer", "verdict"],
    style: { head: [], border: [], compact: true },
    colWidths: [null, null, null, 50, 34],
    wordWrap: true,
  });
  for (const { row, printed, parameter, ours, field, reaches, change, verdict, reason } of rows) {
    const end =
      change === null ? `${field} = ${showValue(reaches)}` : `${field} = ${showValue(reaches)} (${change})`;
    table.push([
      row,
      showValue(printed),
      parameter === null ? "" : `${parameter}: ${showValue(ours)}`,
      field.startsWith("none:") ? field.slice("none: ".length) : end,
      verdict === "silent" ? "deviation, not stated" : reason === null ? verdict : `${verdict}: ${reason}`,
    ]);
  }
  say(`\n${rows[0]!.table}, step '${step}'`);
  say(table.toString());
}
