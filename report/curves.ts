import type { Curve } from "../core/kind.ts";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import type { Kinds } from "../core/kinds.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";

interface Point {
  step: number;
  value: number;
}

/** One metric over the optimizer steps. */
export interface Chart {
  title: string;
  colour: string;
  points: Point[];
}

const COLOURS = { blue: "#2f6fde", green: "#1c8a5a", orange: "#c2620e", purple: "#7a4fc9" };

/** The points of each curve of a step. After a restart a step may be logged twice: the last one counts. */
function curvesOf(curves: readonly Curve[], events: readonly TrainerEvent[]): Chart[] {
  return curves.map(({ title, metric, colour }) => {
    const points = new Map<number, number>();
    for (const event of events) {
      const value = event.event === "metrics" ? event.values[metric] : undefined;
      if (event.event === "metrics" && value !== undefined) points.set(event.step, value);
    }
    const sorted = [...points].sort(([a], [b]) => a - b).map(([step, value]) => ({ step, value }));
    return { title, colour: COLOURS[colour], points: sorted };
  });
}

/** The charts of a run's steps that have any. */
export const chartsOf = (
  { steps }: RunRecord,
  events: ReadonlyMap<string, readonly TrainerEvent[]>,
  kinds: Kinds,
): { id: string; kind: string; charts: Chart[] }[] =>
  steps
    .map(({ id, kind }) => ({
      id,
      kind,
      charts: curvesOf(kinds.find(kind)?.curves ?? [], events.get(id) ?? []).filter(
        ({ points }) => points.length > 0,
      ),
    }))
    .filter(({ charts }) => charts.length > 0);
