import { paperValue } from "../../compiler/paper/paper-value.ts";
import { UNITS } from "../../compiler/paper/units.ts";
import type { KindDefinition } from "../../core/kind.ts";
import { showValue } from "../../core/show-value.ts";
import { calledHere } from "../../core/suggest.ts";
import type { TableRow } from "./read-table.ts";

/** A row of the paper with the parameter that it is about, or why it has none. */
export type MatchedRow = TableRow &
  ({ parameter: string; unit?: string; value: unknown; meant?: unknown } | { parameter: null; why: string });

/**
 * Which parameters of a kind a paper's rows are about: by the parameter's own name, or by what other tools call it. Nothing is
 * guessed from names that are only alike, nor from a value that is not the parameter's.
 */
export function matchRows(rows: readonly TableRow[], { name: kind, schema }: KindDefinition): MatchedRow[] {
  const known = Object.keys(schema.properties).filter(
    (name) => schema.properties[name]!["x-artifact"] === undefined,
  );
  const taken = new Map<string, string>();
  return rows.map((row): MatchedRow => {
    const parameter = calledHere(wordOf(row.row), known);
    if (parameter === undefined)
      return { ...row, parameter: null, why: `${kind} has no parameter of that name` };
    const before = taken.get(parameter);
    if (before !== undefined) return { ...row, parameter: null, why: `'${before}' is ${parameter} already` };
    const found = meaningOf(row, parameter, schema.properties[parameter]);
    if ("why" in found) return { ...row, parameter: null, why: found.why };
    taken.set(parameter, row.row);
    return { ...row, parameter, ...found };
  });
}

/** A row's name as a parameter would be written: without what stands in brackets, and signs. */
const wordOf = (row: string): string =>
  row
    .toLowerCase()
    .replaceAll(/\([^)]*\)/g, "")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");

function meaningOf(
  { printed }: TableRow,
  parameter: string,
  schema: KindDefinition["schema"]["properties"][string] | undefined,
): { value: unknown; unit?: string; meant?: unknown } | { why: string } {
  const asked = { parameter, schema, ours: undefined };
  const plain = paperValue({ printed, value: undefined, unit: undefined }, asked);
  if ("value" in plain && isOneOf(plain.value, schema?.enum)) return plain;
  const units = typeof printed === "string" ? Object.keys(UNITS).filter((one) => printed.endsWith(one)) : [];
  for (const unit of units) {
    const found = paperValue({ printed, value: undefined, unit }, asked);
    if ("value" in found) return { ...found, unit };
  }
  const meant = (schema?.enum ?? []).find((word) => squeezed(word) === squeezed(printed));
  if (meant !== undefined) return { value: meant, meant };
  const words = schema?.enum === undefined ? "" : `; it is one of ${schema.enum.join(", ")}`;
  return { why: `${showValue(printed)} is no value of ${parameter}${words}` };
}

const isOneOf = (value: unknown, words: readonly unknown[] | undefined): boolean =>
  words === undefined || words.includes(value);

const squeezed = (value: unknown): string => String(value).toLowerCase().replaceAll(/[-_ ]/g, "");
