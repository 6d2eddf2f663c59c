import { readFile } from "node:fs/promises";
import type { Chart } from "../../report/curves.ts";
import { drawnIn, keyOf } from "../../report/drawn.ts";
import type { Html } from "../../report/html.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { runOfTrace } from "../../store/finished-steps.ts";
import type { Store } from "../../store/store.ts";

/**
 * The pictures of charts by their keys. Those of reused steps stand in the report of the run that made them: to load what draws is a
 * quarter of a run that has nothing else to do.
 */
export async function chartsFor(
  store: Store,
  record: RunRecord,
  charts: readonly Chart[],
): Promise<Map<string, Html>> {
  const drawn = new Map<string, Html>();
  const makers = new Set(record.steps.map(({ events }) => (events === null ? null : runOfTrace(events))));
  if (charts.length > 0)
    for (const run of makers)
      if (run !== null) for (const [key, chart] of await drawnBy(store, run)) drawn.set(key, chart);
  const missing = charts.filter((chart) => !drawn.has(keyOf(chart)));
  if (missing.length === 0) return drawn;
  const { draw } = await import("../../report/charts.ts");
  for (const chart of missing) drawn.set(keyOf(chart), draw(chart));
  return drawn;
}

async function drawnBy(store: Store, run: string): Promise<Map<string, Html>> {
  try {
    return drawnIn(await readFile(store.runs.files(run).report, "utf8"));
  } catch {
    return new Map(); // It was removed, or never written.
  }
}
