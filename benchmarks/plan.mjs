// Whole processes, median of 5: validate, plan and an idle run of Reprise, beside `snakemake -n` on the same graphs.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { KINDS } from "../dist/activities/index.js";
import { compile } from "../dist/compiler/compile.js";
import { fingerprint } from "../dist/core/fingerprint.js";
import { toolsForFingerprint } from "../dist/host/tools.js";
import { openStore } from "../dist/store/store.js";
import { makeSnakemake } from "./beside/snakemake.mjs";

const RUNS = 5;
const root = path.dirname(import.meta.dirname);
const cli = path.join(root, "dist", "cli", "main.js");
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const show = (seconds) => `${(1000 * seconds).toFixed(0)} ms`;

// Says on the last line how much memory the process took.
const MEMORY = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => console.error(`${process.resourceUsage().maxRSS} kB`))',
)}`;

/** Median seconds of a whole process, and for Node the largest memory in MB. Throws when it fails. */
async function time(command, args, options = {}) {
  const seconds = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await execa(command, args, { ...options, maxBuffer: 1e9 });
    seconds.push((performance.now() - start) / 1000);
  }
  if (command !== process.execPath) return { seconds: median(seconds) };
  const { stderr } = await execa(command, [`--import=${MEMORY}`, ...args], { ...options, maxBuffer: 1e9 });
  return { seconds: median(seconds), memory: Number(/([0-9]+) kB\s*$/.exec(stderr)[1]) / 1000 };
}

const reprise = (folder, ...args) => time(process.execPath, [cli, ...args], { cwd: folder });

const SHAPES = {
  wide: () => [],
  chain: (index) => (index === 0 ? [] : [index - 1]),
};

/** A recipe of written-out steps, each a cheap one, with the edges of a shape. */
function recipeOf(shape, count) {
  const steps = Array.from({ length: count }, (_, index) => {
    const needs = SHAPES[shape](index).map((other) => `s${other}`);
    return `  s${index}:\n    uses: data/synthesize\n    with: { seed: ${index}, clips: { eval: 1 } }\n    needs: [${needs.join(", ")}]\n`;
  });
  return `recipe: 1\nname: ${shape}\nsteps:\n${steps.join("")}`;
}

/** Writes a recipe into a folder whose store has the result of each step, put there by the engine's own functions. */
async function finished(folder, shape, count) {
  fs.mkdirSync(folder, { recursive: true });
  const text = recipeOf(shape, count);
  fs.writeFileSync(path.join(folder, "recipe.yaml"), text);
  const given = { file: "recipe.yaml", text, profile: null, settings: [], kinds: KINDS };
  const { plan } = compile({ ...given, read: () => "" });
  const store = openStore(path.join(folder, ".reprise"));
  const tools = await toolsForFingerprint(store);
  for (const step of plan.steps) {
    const place = path.join(store.place, "made", step.id);
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, "data.txt"), step.id);
    const outputs = { dataset: await store.artifacts.put(place, "dataset") };
    const traces = { log: null, events: null };
    await store.results.remember(fingerprint(KINDS.get(step.kind).schema, step, {}, tools), {
      run: "bench",
      outputs,
      metrics: {},
      fields: {},
      seconds: 1,
      made: new Date().toISOString(),
      inexact: [],
      ...traces,
    });
  }
}

async function compileTimes(folder) {
  const demo = await reprise(root, "validate", "recipes/demo.yaml");
  console.log(`validate of the demo recipe: ${show(demo.seconds)}, ${demo.memory.toFixed(0)} MB`);
  fs.writeFileSync(path.join(folder, "written.yaml"), recipeOf("wide", 1000));
  const written = await reprise(folder, "validate", "written.yaml");
  console.log(
    `validate of 1,000 written-out steps: ${show(written.seconds)}, ${show(written.seconds - demo.seconds)} over that, ${written.memory.toFixed(0)} MB`,
  );
  const numbers = `[${Array.from({ length: 100 }, (_, index) => index).join(", ")}]`;
  const matrix = `recipe: 1\nname: matrix\nsteps:\n  cell:\n    uses: data/synthesize\n    matrix: { seed: ${numbers}, clips: ${numbers} }\n    with: { seed: "\${{ matrix.seed }}", clips: { eval: "\${{ matrix.clips + 1 }}" } }\n`;
  fs.writeFileSync(path.join(folder, "matrix.yaml"), matrix);
  const cells = await reprise(folder, "validate", "matrix.yaml");
  console.log(
    `a matrix of 10,000 cells compiled to a plan: ${show(cells.seconds)}, ${cells.memory.toFixed(0)} MB`,
  );
}

async function planTimes(folder, snakemake) {
  for (const [shape, count] of [
    ["wide", 100],
    ["wide", 1000],
    ["chain", 100],
    ["chain", 1000],
  ]) {
    const place = path.join(folder, `${shape}-${count}`);
    await finished(place, shape, count);
    const ours = await reprise(place, "plan", "recipe.yaml");
    const theirs = await snakemake.plan(path.join(place, "snakemake"), shape, count, true, time);
    console.log(
      `plan, ${shape}, ${count} finished steps: ${show(ours.seconds)}; ${beside(ours, theirs, count)}`,
    );
    if (count !== 100 || shape !== "wide") continue;
    const idle = await reprise(place, "run", "recipe.yaml");
    const theirIdle = await snakemake.run(path.join(place, "snakemake"), time);
    console.log(
      `run with nothing to do, ${count} steps: ${show(idle.seconds)}; snakemake ${show(theirIdle.seconds)}, ${(theirIdle.seconds / idle.seconds).toFixed(1)} times`,
    );
  }
  fs.writeFileSync(path.join(folder, "long.yaml"), recipeOf("chain", 10_000));
  const long = await reprise(folder, "plan", "long.yaml", "--json");
  console.log(
    `plan, chain, 10,000 steps, none finished: ${show(long.seconds)}, ${long.memory.toFixed(0)} MB`,
  );
  const theirs = await snakemake.plan(path.join(folder, "long"), "chain", 10_000, false, time);
  console.log(`the same: ${beside(long, theirs, 10_000)}`);
}

function beside(ours, theirs, count) {
  if (theirs.seconds === undefined) return `snakemake -n ${theirs.why}`;
  const times = `snakemake -n ${show(theirs.seconds)}, ${(theirs.seconds / ours.seconds).toFixed(1)} times`;
  return theirs.seen < count ? `${times}, but it looks at ${theirs.seen} of the ${count} only` : times;
}

export async function bench(folder) {
  const snakemake = await makeSnakemake(folder);
  console.log(`Snakemake ${snakemake.version}; medians of ${RUNS} whole processes`);
  await compileTimes(folder);
  await planTimes(folder, snakemake);
}
