// What a step costs: no-op steps in sequence and side by side, beside Temporal alone on the same server, and beside
// Snakemake and DVC on the same graphs. BESIDE names another server's program, which is measured in the same run.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { ensureServer } from "../dist/engine/server.js";
import { stopServer } from "../dist/engine/stop-server.js";
import { openStore } from "../dist/store/store.js";
import { findToolchain } from "../dist/host/toolchain.js";
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

async function time(command, args, cwd, env = {}) {
  const start = performance.now();
  await execa(command, args, { cwd, env });
  return (performance.now() - start) / 1000;
}

/** Seconds of the whole command, and of the steps alone: a run of one step is taken off. */
async function ours(folder, shape, server) {
  const [whole, one] = [[], []];
  for (let round = 0; round < RUNS; round++) {
    for (const [count, found] of [
      [STEPS, whole],
      [1, one],
    ]) {
      fs.writeFileSync(path.join(folder, "r.yaml"), recipeOf(shape, count, round));
      found.push(await time(process.execPath, [cli, "run", "r.yaml"], folder, { REPRISE_SERVER: server }));
    }
  }
  return { whole: median(whole), steps: median(whole) - median(one) };
}

async function historyPerStep(folder, server) {
  const session = await Session.open(openStore(path.join(folder, ".reprise")), server);
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

/** A server's own figures: a line for each shape, and the size of a history. */
async function measure(folder, server) {
  const place = path.join(folder, "ours");
  const beside = openStore(path.join(folder, "raw-home"));
  fs.mkdirSync(place, { recursive: true });
  const raw = await rawTemporal(await ensureServer(beside, server), STEPS, RUNS);
  await stopServer(beside);
  const env = { REPRISE_SERVER: server };
  await execa(process.execPath, [cli, "up"], { cwd: place, env });
  const { stdout } = await execa(server, ["--version"]);
  const shapes = {};
  for (const shape of Object.keys(SHAPES)) {
    const alone = median(raw[shape === "chain" ? "sequence" : "sideBySide"]);
    const { whole, steps } = await ours(place, shape, server);
    shapes[shape] =
      `${perStep(steps)} a step, Temporal alone ${perStep(alone)}, ${perStep(steps - alone)} over it; whole command ${whole.toFixed(1)} s`;
  }
  const history = await historyPerStep(place, server);
  await execa(process.execPath, [cli, "down"], { cwd: place, env });
  return { name: /Server [0-9.]+/.exec(stdout)[0], shapes, history };
}

export async function bench(folder) {
  const servers = [findToolchain().server, process.env.BESIDE].filter(Boolean);
  const measured = [];
  for (const [index, server] of servers.entries())
    measured.push(await measure(path.join(folder, `server-${index}`), server));
  const beside = { snakemake: await makeSnakemake(folder), dvc: await makeDvc(folder) };
  for (const shape of Object.keys(SHAPES)) {
    const others = [];
    for (const [name, engine] of Object.entries(beside))
      others.push(
        `${name} ${(await engine.runAll(path.join(folder, `${name}-${shape}`), shape, STEPS, time)).toFixed(1)} s`,
      );
    for (const { name, shapes } of measured)
      console.log(`${STEPS} no-op steps, ${shape}, ${name}: ${shapes[shape]}`);
    console.log(`${STEPS} no-op steps, ${shape}: ${others.join(", ")}`);
  }
  for (const { name, history } of measured)
    console.log(`history, ${name}: ${history.toFixed(0)} bytes a step`);
}
