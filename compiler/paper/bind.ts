import type { PaperTables, PaperTablesTable } from "../../schemas/generated/paper-tables.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { closest } from "../../core/suggest.ts";
import { cellsNamed } from "../claim-cells.ts";
import type { Layers } from "../layers.ts";
import { entryOf, isMapping, valueAt, type Path } from "../mapping.ts";
import { hasValues, selectionOf } from "../selection.ts";
import { valuesOf } from "../scope.ts";
import type { Cell, WrittenSteps } from "../written-steps.ts";
import { bindColumns, type BoundCell } from "./bind-columns.ts";
import { unknownRows } from "./bind-rows.ts";

/** A table with the steps of the recipe that it is about. */
export interface BoundTable {
  table: PaperTablesTable;
  /** Where it stands in its file. */
  path: Path;
  cells: BoundCell[];
  /** Cells of its steps that it has no column for. */
  alone: Cell[];
}

interface Binding {
  recipe: Layers;
  /** The file of the tables. */
  file: Layers;
  steps: WrittenSteps;
}

const STEPS = ["paper", "tables", "steps"];

/** Finds the steps, columns and parameters that a paper's tables name. What is not there is told where it is named. */
export function bindTables(
  binding: Binding,
  { tables }: PaperTables,
): { tables: BoundTable[]; diagnostics: Diagnostic[] } {
  const diagnostics = unknownNames(binding, tables);
  const bound = tables.map((table, index) => {
    const path = ["tables", index];
    const named = namedCells(binding, table, path);
    const { cells, alone, ...columns } = bindColumns(binding.file, table, named.cells, path);
    diagnostics.push(
      ...named.diagnostics,
      ...columns.diagnostics,
      ...unknownRows(binding.file, table, named.cells, path),
    );
    return { table, path, cells, alone };
  });
  return { tables: bound, diagnostics };
}

/** A recipe that calls steps otherwise than the file does, names them as the file does. */
function unknownNames({ recipe }: Binding, tables: readonly PaperTablesTable[]): Diagnostic[] {
  const known = [
    ...new Set(tables.flatMap(({ steps }) => [steps].flat().map((name) => selectionOf(name).step))),
  ];
  const bound = valueAt(recipe.value, STEPS);
  return Object.keys(isMapping(bound) ? bound : {}).flatMap((name) => {
    if (known.includes(name)) return [];
    const near = closest(name, known);
    const hint = near === undefined ? `They name: ${known.join(", ")}.` : `Did you mean '${near}'?`;
    const message = `The paper's tables name no step '${name}'. ${hint}`;
    return [recipe.diagnostic("R0315", [...STEPS, name], message, { at: "key", suggestion: near })];
  });
}

/** The cells that a table is about, each with the names by which the table means it. */
function namedCells(
  binding: Binding,
  table: PaperTablesTable,
  path: Path,
): { cells: Map<Cell, string[]>; diagnostics: Diagnostic[] } {
  const { recipe, file, steps } = binding;
  const cells = new Map<Cell, string[]>();
  const diagnostics: Diagnostic[] = [];
  for (const [index, name] of [table.steps].flat().entries()) {
    const { step, values } = selectionOf(name);
    const bound = entryOf(valueAt(recipe.value, STEPS), step);
    const place = [...path, "steps", ...(Array.isArray(table.steps) ? [index] : [])];
    const meant = (bound === undefined ? [step] : [bound].flat()).filter((one) => typeof one === "string");
    for (const [position, one] of meant.entries()) {
      if (wasRemoved(recipe, one)) continue;
      const found = (cellsNamed(steps, one) ?? []).filter((cell) => hasValues(cell, values));
      for (const cell of found) cells.set(cell, [...(cells.get(cell) ?? []), name]);
      if (found.length > 0) continue;
      const inRecipe = bound !== undefined && !steps.byId.has(selectionOf(one).step);
      const at = [...STEPS, step, ...(Array.isArray(bound) ? [position] : [])];
      const [message, more] = unknownStep(steps, one, name);
      diagnostics.push((inRecipe ? recipe : file).diagnostic("R0315", inRecipe ? at : place, message, more));
    }
  }
  return { cells, diagnostics };
}

function unknownStep(
  steps: WrittenSteps,
  meant: string,
  name: string,
): [message: string, more: { suggestion?: string | undefined }] {
  const { step } = selectionOf(meant);
  const written = steps.byId.get(step);
  if (written !== undefined) return [`No cell of '${step}' is '${name}': ${valuesOf(written)}.`, {}];
  const near = closest(step, steps.names);
  const hint =
    near === undefined
      ? `It has: ${steps.names.join(", ")}. If it calls the step otherwise, it says so: paper: { tables: { file: …, steps: { ${selectionOf(name).step}: <its step> } } }; with [] it leaves it out.`
      : `Did you mean '${near}'?`;
  return [`The recipe has no step '${step}'. ${hint}`, { suggestion: near }];
}

/** Whether what the recipe extends has the step, and the recipe or a profile takes it away: then its table is left out. */
function wasRemoved({ layers, value }: Layers, name: string): boolean {
  const { step } = selectionOf(name);
  const has = (recipe: unknown) => {
    const steps = entryOf(recipe, "steps");
    const groups = Object.values(isMapping(steps) ? steps : {});
    return [steps, ...groups.map((group) => entryOf(group, "steps"))].some((some) =>
      isMapping(entryOf(some, step)),
    );
  };
  return !has(value) && layers.some((layer) => layer.prefix.length === 0 && has(layer.value));
}
