import { show, type LineFault } from "./faults.ts";
import type { Row } from "./read-rows.ts";

/** The rows whose id stands in an earlier line as well. */
export function idsTwice(rows: readonly Row<{ id: string }>[]): LineFault[] {
  const lines = new Map<string, number>();
  return rows.flatMap(({ row: { id }, line }): LineFault[] => {
    const first = lines.get(id);
    if (first === undefined) lines.set(id, line);
    return first === undefined
      ? []
      : [{ line, cause: "id twice", text: `the id ${show(id)} stands in line ${first} as well.` }];
  });
}
