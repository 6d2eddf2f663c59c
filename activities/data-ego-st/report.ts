import type { DataReport } from "../../schemas/generated/data-report.ts";
import { DEFECTS, type Defect } from "./defects.ts";
import { defectsOf, fateOf, type Policy } from "./policy.ts";
import type { Ingested } from "./training-row.ts";

export type SetAside = DataReport["set_aside"][number];

/** Counts. `given` are the rows that the policy left. */
export function reportOf(
  ingested: readonly Ingested[],
  setAside: readonly SetAside[],
  given: readonly Ingested["row"][],
  policy: Policy,
): DataReport {
  const rows = ingested.map(({ row }) => row);
  const idsOf = byDefect(ingested);
  const scored = rows.filter(({ answer }) => answer !== null);
  const gold = countBy(scored.map(({ answer }) => answer!));
  return {
    policy,
    rows: ingested.length + setAside.length,
    parsed: ingested.length,
    set_aside: [...setAside],
    given: given.length,
    videos: new Set(rows.map(({ video }) => video)).size,
    options: countBy(scored.map(({ options }) => String(options.length))),
    gold,
    tasks: countBy(rows.map(({ task, way }) => `${task}/${way}`)),
    chance: mean(scored.map(({ options }) => (options.length === 0 ? 0 : 1 / options.length))),
    majority: scored.length === 0 ? null : Math.max(...Object.values(gold)) / scored.length,
    defects: DEFECTS.map((defect) => {
      const ids = idsOf.get(defect) ?? [];
      return { name: defect.name, says: defect.says, rows: ids.length, fate: fateOf(defect, policy), ids };
    }),
  };
}

/** The rows of each defect; what is wrong with a row is looked at once. */
function byDefect(ingested: readonly Ingested[]): Map<Defect, string[]> {
  const found = new Map<Defect, string[]>(DEFECTS.map((defect) => [defect, []]));
  for (const one of ingested) for (const defect of defectsOf(one)) found.get(defect)!.push(one.row.id);
  return found;
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
