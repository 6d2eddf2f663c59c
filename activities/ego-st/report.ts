import type { DataReport } from "../../schemas/generated/data-report.ts";
import { DEFECTS } from "./defects.ts";
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
      const ids = ingested.filter((one) => defectsOf(one).includes(defect)).map(({ row }) => row.id);
      return { name: defect.name, says: defect.says, rows: ids.length, fate: fateOf(defect, policy), ids };
    }),
  };
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
