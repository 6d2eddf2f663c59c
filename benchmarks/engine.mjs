// What a step costs: no-op steps in sequence and side by side, beside Temporal alone on the same server, and beside
// Snakemake and DVC on the same graphs.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { ensureServer, stopServer } from "../dist/engine/server.js";
import { findToolchain } from "../dist/activities/toolchain.js";
import { Session } from "../dist/engine/session.js";
import { makeDvc } from "./beside/dvc.mjs";
import { rawTemporal } from "./beside/temporal.mjs";
import { makeSnakemake } from "./beside/snakemake.mjs";

const RUNS = 5;
const STEPS = 200;
const cli = path.join(path.dirname(import.meta.dirname), "dist", "cli", "main.js");
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const perStep = (seconds) => `${((1000 * seconds) / STEPS).toFixed(1)} ms`;

const SHAPES = { chain: (index) => (index === 0 ? [] : [index - 1]), wide: () => [] };

/** Every run has values of its own: nothing may be reused. */
function recipeOf(shape, count, round) {
  const steps = Array.from({ length: count }, (_, index) => {
    const needs = SHAPES[shape](index).map((other) => `s${other}`);
    return `  s${index}: { uses: run/noop, with: { value: ${shape}-${count}-${round}-${index} }, needs: [${needs.join(", ")}] }\n`;
  });
  return `recipe: 1\nname: ${shape}${count}\nsteps:\n${steps.join("")}`;
}

async function time(command, args, cwd) {
  const start = performance.now();
  await execa(command, args, { cwd });
  return (performance.now() - start) / 1000;
}

/** Seconds of the whole command, and of the steps alone: a run of one step is taken off. */
async function ours(folder, shape) {
  const [whole, one] = [[], []];
  for (let round = 0; round < RUNS; round++) {
    for (const [count, found] of [
      [STEPS, whole],
      [1, one],
    ]) {
      fs.writeFileSync(path.join(folder, "r.yaml"), recipeOf(shape, count, round));
      found.push(await time(process.execPath, [cli, "run", "r.yaml"], folder));
    }
  }
  return { whole: median(whole), steps: median(whole) - median(one) };
}

async function historyPerStep(folder) {
  const session = await Session.open(path.join(folder, ".reprise"), findToolchain().server);
  try {
    const sizes = [];
    for await (const { workflowId, runId } of session.client.workflow.list()) {
      if (!workflowId.startsWith(`chain${STEPS}-`)) continue;
      const { raw } = await session.client.workflow.getHandle(workflowId, runId).describe();
      sizes.push(Number(raw.workflowExecutionInfo.historySizeBytes));
    }
    return median(sizes) / STEPS;
  } finally {
    await session.close();
  }
}

export async function bench(folder) {
  const place = path.join(folder, "ours");
  fs.mkdirSync(place);
  const address = await ensureServer(path.join(folder, "raw-home"), findToolchain().server);
  const raw = await rawTemporal(address, STEPS, RUNS);
  await stopServer(path.join(folder, "raw-home"));
  await execa(process.execPath, [cli, "up"], { cwd: place });
  const snakemake = await makeSnakemake(folder);
  const dvc = await makeDvc(folder);
  for (const shape of ["chain", "wide"]) {
    const alone = median(raw[shape === "chain" ? "sequence" : "sideBySide"]);
    const { whole, steps } = await ours(place, shape);
    const others = [];
    for (const [name, engine] of Object.entries({ snakemake, dvc }))
      others.push(
        `${name} ${(await engine.runAll(path.join(folder, `${name}-${shape}`), shape, STEPS, time)).toFixed(1)} s`,
      );
    console.log(
      `${STEPS} no-op steps, ${shape}: ${perStep(steps)} a step, Temporal alone ${perStep(alone)}, ${perStep(steps - alone)} over it; whole command ${whole.toFixed(1)} s, ${others.join(", ")}`,
    );
  }
  console.log(`history: ${(await historyPerStep(place)).toFixed(0)} bytes a step`);
  await execa(process.execPath, [cli, "down"], { cwd: place });
}
