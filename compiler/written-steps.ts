import type { KindDefinition } from "../core/kind.ts";
import type { Kinds } from "../core/kinds.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Layers } from "./layers.ts";
import { isMapping, type Mapping, type Path } from "./mapping.ts";
import { cellsOf, type Scalar, type Values } from "./matrix.ts";

const LONGEST_ID = 200;

/** A step as it stands in the recipe, before its matrix is spread out. */
export interface WrittenStep {
  id: string;
  path: Path;
  /** The text's own values; nothing is sure of them yet. */
  raw: Mapping;
  kind: KindDefinition | undefined;
  /** The conditions that must all hold: the group's and its own. */
  conditions: { text: unknown; path: Path }[];
  /** Keys of the matrix, the group's first. */
  keys: string[];
  cells: Cell[];
  /** Cell by its values, as one text. */
  byValues: Map<string, Cell>;
}

/** One combination of a step's matrix, or the step itself where it has none. */
export interface Cell {
  id: string;
  written: WrittenStep;
  matrix: Values;
  /** Whether its conditions hold. */
  included: boolean;
}

/** All steps of a recipe, those in groups beside the others, and what is wrong with their matrices. */
export interface WrittenSteps {
  /** The kinds that they may use. */
  kinds: Kinds;
  steps: WrittenStep[];
  byId: Map<string, WrittenStep>;
  names: string[];
  /** Every cell by its id; a step without a matrix is one cell. */
  cells: Map<string, Cell>;
  groups: Map<string, WrittenStep[]>;
  diagnostics: Diagnostic[];
}

export const valuesKey = (
  keys: readonly string[],
  values: Readonly<Record<string, Scalar | undefined>>,
): string => JSON.stringify(keys.map((key) => values[key]));

/**
 * Reads whatever is there, also from a recipe with mistakes: other checks must still be able to go on. `outside` has the kinds
 * of steps that name a folder, by the step's path joined by slashes.
 */
export function readSteps(
  layers: Layers,
  kinds: Kinds,
  outside: ReadonlyMap<string, KindDefinition>,
): WrittenSteps {
  const found: WrittenSteps = {
    kinds,
    steps: [],
    byId: new Map(),
    names: [],
    cells: new Map(),
    groups: new Map(),
    diagnostics: [],
  };
  const steps = layers.value["steps"];
  if (!isMapping(steps)) return found;
  for (const [id, raw] of Object.entries(steps)) {
    if (!isMapping(raw)) continue;
    const path = ["steps", id];
    if (!isMapping(raw["steps"])) {
      add(found, layers, id, path, raw, [], outside);
      continue;
    }
    const inside = Object.entries(raw["steps"]).flatMap(([inner, value]) =>
      isMapping(value)
        ? [add(found, layers, inner, [...path, "steps", inner], value, [{ raw, path }], outside)]
        : [],
    );
    found.groups.set(id, inside);
  }
  return found;
}

function add(
  found: WrittenSteps,
  layers: Layers,
  id: string,
  path: Path,
  raw: Mapping,
  groups: { raw: Mapping; path: Path }[],
  outside: ReadonlyMap<string, KindDefinition>,
): WrittenStep {
  const levels = [...groups, { raw, path }];
  const { keys, cells, diagnostics } = cellsOf(layers, levels);
  const { uses } = raw;
  const step: WrittenStep = {
    id,
    path,
    raw,
    kind:
      outside.get(path.join("/")) ??
      (typeof uses === "string" && found.kinds.names.includes(uses) ? found.kinds.find(uses) : undefined),
    conditions: levels.flatMap((level) =>
      level.raw["if"] === undefined ? [] : [{ text: level.raw["if"], path: [...level.path, "if"] }],
    ),
    keys,
    cells: [],
    byValues: new Map(),
  };
  found.diagnostics.push(...diagnostics);
  const before = found.byId.get(id);
  if (before !== undefined) {
    const related = [{ message: `'${id}' stands here first`, path: before.path }];
    found.diagnostics.push(
      layers.diagnostic("R0005", path, `The step '${id}' stands twice: ids count across groups.`, {
        at: "key",
        related,
      }),
    );
    return step;
  }
  for (const values of cells) {
    const cell: Cell = { id: cellId(id, keys, values), written: step, matrix: values, included: true };
    step.cells.push(cell);
    step.byValues.set(valuesKey(keys, values), cell);
    const other = found.cells.get(cell.id);
    if (keys.length > 0 && cell.id.length > LONGEST_ID) {
      const message = `A cell would be called '${cell.id.slice(0, 40)}…', which has ${cell.id.length} characters; at most ${LONGEST_ID} can name its folder.`;
      found.diagnostics.push(layers.diagnostic("R0307", [...path, "matrix"], message, { at: "key" }));
      break;
    }
    if (other === undefined) found.cells.set(cell.id, cell);
    else {
      const message = `Two cells would be called '${cell.id}'; their values must differ in letters or digits.`;
      found.diagnostics.push(layers.diagnostic("R0307", [...path, "matrix"], message, { at: "key" }));
      break;
    }
  }
  found.steps.push(step);
  found.names.push(id);
  found.byId.set(id, step);
  return step;
}

/** A cell's id can be a file name: the step's, then its values. */
const cellId = (id: string, keys: readonly string[], values: Readonly<Record<string, Scalar>>): string =>
  [id, ...keys.map((key) => String(values[key]).replaceAll(/[^A-Za-z0-9]/g, "_"))].join("-");
