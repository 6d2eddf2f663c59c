// data/synthesize beside one ffmpeg for each clip, and its memory.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import Table from "cli-table3";
import { findToolchain } from "../dist/host/toolchain.js";
import { CLIPS, encodeEach, SIZE } from "./beside/demo-clips.mjs";
import { down, resultOfStep } from "./beside/step.mjs";
import { watched } from "./beside/watched.mjs";

const ROUNDS = 3;
const { ffmpeg } = findToolchain();
const threads = os.availableParallelism();
const STEP = `{ uses: data/synthesize, resources: { cpu: ${threads} }, with: { clips: ${JSON.stringify(CLIPS)}, size: ${SIZE} } }`;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function timed(work) {
  const start = performance.now();
  const done = await work();
  return { seconds: (performance.now() - start) / 1000, done };
}

export async function bench(folder) {
  const [steps, alone, peaks] = [[], [], []];
  let [names, made] = [[], ""];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await timed(() => encodeEach(ffmpeg, path.join(folder, "alone"), threads));
      alone.push(one.seconds);
      names = one.done;
      const { peak, done } = await watched("reprise_trainer.films", () => resultOfStep(folder, STEP));
      steps.push(done.seconds);
      peaks.push(peak / 1e3);
      made = done.output;
    }
  } finally {
    await down(folder);
  }
  const same = names.every((name) =>
    fs.readFileSync(path.join(folder, "alone", name)).equals(fs.readFileSync(path.join(made, name))),
  );
  const rows = new Table({
    head: ["way", `${names.length} clips`, "a clip"],
    style: { head: [], border: [] },
  });
  const show = (way, value) =>
    rows.push([way, `${value.toFixed(1)} s`, `${((1000 * value) / names.length).toFixed(1)} ms`]);
  show("data/synthesize, the whole step", median(steps));
  show("one ffmpeg for each clip, without the engine", median(alone));
  console.log(rows.toString());
  const all = (values) => values.map((value) => value.toFixed(1)).join(", ");
  console.log(`steps ${all(steps)} s, beside ${all(alone)} s; same bytes: ${same ? "yes" : "no"}`);
  if (process.platform === "linux") console.log(`all Python of the step: ${median(peaks).toFixed(0)} MB`);
}
