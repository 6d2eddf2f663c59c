import type { Curve } from "../core/kind.ts";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import type { Point } from "./charts.ts";

const COLOURS = { blue: "#2f6fde", green: "#1c8a5a", orange: "#c2620e", purple: "#7a4fc9" };

/** The points of each curve of a step. After a restart a step may be logged twice: the last one counts. */
export function curvesOf(
  curves: readonly Curve[],
  events: readonly TrainerEvent[],
): { title: string; colour: string; points: Point[] }[] {
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
