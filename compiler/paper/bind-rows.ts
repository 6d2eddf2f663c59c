import type { PaperTablesRow, PaperTablesTable } from "../../schemas/generated/paper-tables.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { closest, meantName } from "../../core/suggest.ts";
import type { Layers } from "../layers.ts";
import { isMapping, type Path } from "../mapping.ts";
import { parameterNames } from "../parameter.ts";
import type { Cell, WrittenStep } from "../written-steps.ts";

/** Steps of rows that their table does not name, and parameters that a row's steps do not have. */
export function unknownRows(
  file: Layers,
  table: PaperTablesTable,
  named: ReadonlyMap<Cell, string[]>,
  path: Path,
): Diagnostic[] {
  const written = new Map<WrittenStep, string[]>();
  for (const [cell, names] of named)
    written.set(cell.written, [...(written.get(cell.written) ?? []), ...names]);
  const known = new Map([...written.keys()].map((step) => [step, namesIn(step)]));
  return table.rows.flatMap((row, index) => {
    const place = [...path, "rows", index];
    const { parameter } = row;
    const about = [...written].filter(([, names]) => isRowAbout(row, names)).map(([step]) => step);
    return [
      ...strayed(file, table, row, place),
      ...(parameter === undefined ? [] : about).flatMap((step) =>
        unknownParameter(file, step, parameter!, known.get(step)!, place),
      ),
    ];
  });
}

/** Whether a row is about a step that its table means by these names. */
export const isRowAbout = ({ steps }: PaperTablesRow, names: readonly string[]): boolean =>
  steps === undefined || [steps].flat().some((name) => names.includes(name));

function strayed(file: Layers, table: PaperTablesTable, { steps }: PaperTablesRow, path: Path): Diagnostic[] {
  const known = [table.steps].flat();
  const named = steps === undefined ? [] : [steps].flat();
  return named.flatMap((name, index) => {
    if (known.includes(name)) return [];
    const at = [...path, "steps", ...(Array.isArray(steps) ? [index] : [])];
    const near = closest(name, known);
    const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
    const message = `A row is about steps of its table, which names ${known.join(", ")}; it is '${name}'.${hint}`;
    return [file.diagnostic("R0315", at, message, { suggestion: near })];
  });
}

/** What a step can be asked for; null where its kind is not known. Of a program's env that is what the step gives. */
const namesIn = ({ kind, raw }: WrittenStep): string[] | null =>
  kind === undefined
    ? null
    : parameterNames(kind.schema.properties, isMapping(raw["with"]) ? raw["with"] : {});

function unknownParameter(
  file: Layers,
  { id, kind }: WrittenStep,
  parameter: string,
  known: string[] | null,
  path: Path,
): Diagnostic[] {
  if (known === null || known.includes(parameter)) return [];
  const near = known.find((name) => name.endsWith(`.${parameter}`)) ?? meantName(parameter, known);
  const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
  const [whole = ""] = parameter.split(".");
  const what =
    whole !== parameter && known.includes(whole)
      ? `gives no '${parameter}'`
      : `has no parameter '${parameter}'`;
  const message = `'${id}' (${kind?.name}) ${what}.${hint}`;
  return [file.diagnostic("R0315", [...path, "parameter"], message, { suggestion: near })];
}
