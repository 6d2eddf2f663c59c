// What deciding what runs when takes of a workflow's time, for plans of tens of thousands of steps. Temporal ends a workflow
// task after 10 s.
import { build } from "esbuild";
import path from "node:path";
import { pathToFileURL } from "node:url";

const CAPACITY = { cpu: 2, gpu: 0, memoryGb: 8 };
const DONE = { status: "done", outputs: {} };
const SHAPES = { chain: (index) => (index === 0 ? [] : [`s${index - 1}`]), wide: () => [] };

const milliseconds = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

export async function bench(folder) {
  const outfile = path.join(folder, "schedule.mjs");
  const entry = path.join(path.dirname(import.meta.dirname), "workflows", "schedule.ts");
  await build({ entryPoints: [entry], bundle: true, format: "esm", outfile, logLevel: "silent" });
  const { Schedule } = await import(pathToFileURL(outfile));
  const rows = [];
  for (const [shape, after] of Object.entries(SHAPES)) {
    for (const size of [10_000, 20_000, 40_000]) {
      const steps = Array.from({ length: size }, (_, index) => ({
        id: `s${index}`,
        after: after(index),
        resources: { cpu: 1, gpu: 0, memoryGb: 1 },
      }));
      const carried = steps.slice(0, 0.8 * size).map(({ id }) => [id, DONE]);
      let schedule;
      const begin = milliseconds(() => (schedule = new Schedule(steps, CAPACITY)));
      let longest = 0;
      const whole = milliseconds(() => {
        while (!schedule.over) {
          const taken = [];
          longest = Math.max(
            longest,
            milliseconds(() => taken.push(...schedule.take())),
          );
          for (const { id } of taken)
            longest = Math.max(
              longest,
              milliseconds(() => schedule.finish(id, DONE)),
            );
        }
      });
      const goOn = milliseconds(() => new Schedule(steps, CAPACITY, carried).take());
      const figures = { begin, "longest call": longest, "whole run": whole, "go on with 80 %": goOn };
      rows.push({
        shape,
        steps: size,
        ...Object.fromEntries(
          Object.entries(figures).map(([name, value]) => [`${name}, ms`, value.toFixed(1)]),
        ),
      });
    }
  }
  console.table(rows);
}
