import { groupBy } from "../../core/group-by.ts";
import { definitionOf } from "../editor/kind-schema.ts";
import type { EditorSchema } from "../editor/schema.ts";
import type { ConformRow } from "./compare-row.ts";
import type { Conformity, ConformTable } from "./conform.ts";
import { printedOf } from "./disagreements.ts";

/** The schema of recipes with a paper's rows in it: an editor shows them over the parameters of that recipe's own steps. */
export function withPaper(schema: EditorSchema, { tables }: Conformity): EditorSchema {
  const copy = structuredClone(schema);
  const notes = tables.flatMap((table) =>
    table.rows.flatMap((row) => (row.parameter === null ? [] : [{ table, row }])),
  );
  for (const same of groupBy(notes, ({ row }) => JSON.stringify(row.path)).values()) {
    const { table, row } = same[0]!;
    const { path } = row;
    const place = path.reduce<EditorSchema>((at, key) => {
      at.properties ??= {};
      return (at.properties[key] ??= {});
    }, copy);
    const parameter = path.slice(path.indexOf("with") + 1);
    const meaning = parameter.reduce<EditorSchema | undefined>(
      (at, key) => at?.properties?.[key],
      copy.$defs?.[definitionOf(table.kind)],
    )?.description;
    place.description = [meaning, `Paper: ${inWords(same)}.`].filter((text) => text !== undefined).join(" ");
  }
  return copy;
}

interface Note {
  table: ConformTable;
  row: ConformRow;
}

/** `Table 9, Learning Rate: 5e-4 (MNLI, SST-2), 4e-4 (MRPC)`. */
function inWords(notes: readonly Note[]): string {
  const rows = groupBy(notes, ({ table, row }) => `${table.table}, ${row.row}`);
  return [...rows]
    .map(([name, all]) => {
      const values = groupBy(all, ({ row }) => printedOf(row));
      const said = [...values].map(([printed, same]) => {
        const columns = [...new Set(same.flatMap(({ table: { column } }) => column ?? []))];
        return columns.length === 0 || values.size === 1 ? printed : `${printed} (${columns.join(", ")})`;
      });
      return `${name}: ${said.join(", ")}`;
    })
    .join("; ");
}
