import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Layers } from "./layers.ts";
import { isMapping, type Path } from "./mapping.ts";

export type Scalar = string | number | boolean;
export type Values = Readonly<Record<string, Scalar>>;

const MOST_CELLS = 100_000;
const NO_KEYS = new Set(["include", "exclude"]);

/** The combinations of the matrices of a step and its group. Malformed parts are left out: the schema tells of them. */
export function cellsOf(
  layers: Layers,
  levels: { raw: Record<string, unknown>; path: Path }[],
): { keys: string[]; cells: Values[]; diagnostics: Diagnostic[] } {
  const keys: string[] = [];
  let cells: Values[] = [{}];
  const diagnostics: Diagnostic[] = [];
  for (const { raw, path } of levels) {
    const matrix = raw["matrix"];
    if (!isMapping(matrix)) continue;
    const place = [...path, "matrix"];
    const level = spread(layers, place, matrix);
    diagnostics.push(...level.diagnostics);
    const twice = level.keys.find((key) => keys.includes(key));
    if (twice !== undefined) {
      const message = `The key '${twice}' is in the matrix of the group already.`;
      diagnostics.push(layers.diagnostic("R0307", [...place, twice], message, { at: "key" }));
      continue;
    }
    if (cells.length * level.cells.length > MOST_CELLS) {
      diagnostics.push(tooMany(layers, place, cells.length * level.cells.length));
      continue;
    }
    cells = cells.flatMap((outer) => level.cells.map((inner) => ({ ...outer, ...inner })));
    keys.push(...level.keys);
  }
  return { keys, cells, diagnostics };
}

const tooMany = (layers: Layers, place: Path, count: number) =>
  layers.diagnostic(
    "R0307",
    place,
    `The matrix has ${count} combinations; at most ${MOST_CELLS} are spread out.`,
    { at: "key" },
  );

function spread(layers: Layers, place: Path, matrix: Record<string, unknown>) {
  const diagnostics: Diagnostic[] = [];
  // A value that stands twice is the schema's to tell.
  const lists = Object.entries(matrix).flatMap(([key, values]) =>
    NO_KEYS.has(key) || key.startsWith("x-") || !Array.isArray(values)
      ? []
      : [[key, [...new Set(values as Scalar[])]] as const],
  );
  const keys = lists.map(([key]) => key);
  const count = lists.reduce((product, [, values]) => product * values.length, 1);
  if (count > MOST_CELLS) return { keys, cells: [], diagnostics: [tooMany(layers, place, count)] };
  const partsOf = (name: "include" | "exclude") =>
    (Array.isArray(matrix[name]) ? (matrix[name] as unknown[]) : []).flatMap((part, index) =>
      typeof part === "object" && part !== null
        ? [{ part: part as Values, path: [...place, name, index] }]
        : [],
    );
  const unknownKey = (part: Values, path: Path) => {
    const key = Object.keys(part).find((name) => !keys.includes(name));
    if (key === undefined) return false;
    const message = `'${key}' is no key of this matrix. It has: ${keys.join(", ") || "none"}.`;
    diagnostics.push(layers.diagnostic("R0307", [...path, key], message, { at: "key" }));
    return true;
  };
  let cells = lists.reduce<Values[]>(
    (all, [key, values]) => all.flatMap((cell) => values.map((value) => ({ ...cell, [key]: value }))),
    keys.length === 0 ? [] : [{}],
  );
  const only = keys.length === 0;
  for (const { part, path } of partsOf("exclude")) {
    if (unknownKey(part, path)) continue;
    const left = cells.filter((cell) => !Object.entries(part).every(([key, value]) => cell[key] === value));
    if (left.length === cells.length) {
      diagnostics.push(layers.diagnostic("R0307", path, "This fits no combination of the matrix."));
    }
    cells = left;
  }
  for (const { part, path } of partsOf("include")) {
    // A matrix may be nothing but a list of combinations.
    if (only && cells.length === 0) keys.push(...Object.keys(part));
    if (unknownKey(part, path)) continue;
    const missing = keys.find((key) => !Object.hasOwn(part, key));
    if (missing !== undefined) {
      const message = `A further combination gives every key of the matrix; '${missing}' is missing.`;
      diagnostics.push(layers.diagnostic("R0307", path, message));
      continue;
    }
    cells.push(part);
  }
  return { keys, cells, diagnostics };
}
