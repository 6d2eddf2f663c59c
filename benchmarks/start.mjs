// Short commands on the demo's recipe with all of its results in the store, as whole processes, in multiples of `node -e 0`; beside
// `snakemake -n` and `dvc status` on as many finished steps. In turn, medians of 20: quote them from a machine that does nothing else.
// Then how soon a training trains.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { KINDS } from "../dist/activities/index.js";
import { compile } from "../dist/compiler/compile.js";
import { fingerprint } from "../dist/core/fingerprint.js";
import { toolsForFingerprint } from "../dist/host/tools.js";
import { openStore } from "../dist/store/store.js";
import { benchFirstStep } from "./beside/first-step.mjs";
import { makeDvc } from "./beside/dvc.mjs";
import { makeSnakemake } from "./beside/snakemake.mjs";

const RUNS = 20;
const STEPS = 9;
const MAKER = "bench";
const root = path.dirname(import.meta.dirname);
const cli = path.join(root, "dist", "cli", "main.js");
const recipe = path.join(root, "recipes", "demo.yaml");
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const OURS = {
  "--version": { args: ["--version"], limit: 1.2 },
  validate: { args: ["validate", recipe], limit: 2.5 },
  status: { args: ["status"], limit: 1.5 },
  plan: { args: ["plan", recipe], limit: 2.8 },
  "run, nothing to do": { args: ["run", recipe], limit: 3.5 },
};

const POINTS = 150;

/** What a training wrote while it ran: a report has curves of it. */
function writeEvents(file, curves) {
  const lines = Array.from({ length: POINTS }, (_, step) =>
    JSON.stringify({
      ...{ event: "metrics", time: step, step },
      values: Object.fromEntries(curves.map(({ metric }) => [metric, Math.sin(step / 20)])),
    }),
  );
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${lines.join("\n")}\n`);
}

/** A store with a result of each step of the demo, put there by the engine's own functions. */
async function finished(folder) {
  const read = (file) => fs.readFileSync(file, "utf8");
  const { plan } = compile({
    ...{ file: recipe, text: read(recipe), profile: null, settings: [], kinds: KINDS, read },
  });
  const store = openStore(path.join(folder, ".reprise"));
  const tools = await toolsForFingerprint(store);
  const made = {};
  for (const step of plan.steps) {
    const inputs = Object.fromEntries(
      Object.entries(step.inputs).map(([name, source]) => [
        name,
        source.from === "step" ? made[source.step][source.output] : source.id,
      ]),
    );
    made[step.id] = {};
    for (const [output, type] of Object.entries(step.outputs)) {
      const place = path.join(folder, "made", step.id);
      fs.mkdirSync(place, { recursive: true });
      fs.writeFileSync(path.join(place, "data.txt"), `${step.id} ${output}`);
      made[step.id][output] = await store.artifacts.put(place, type);
    }
    const { curves = [], schema } = KINDS.get(step.kind);
    if (curves.length > 0) writeEvents(store.runs.step(MAKER, step.id).events, curves);
    await store.results.remember(fingerprint(schema, step, inputs, tools), {
      ...{ run: MAKER, outputs: made[step.id], metrics: {}, fields: {}, seconds: 1, inexact: [] },
      ...{ made: new Date().toISOString(), log: null },
      events: curves.length > 0 ? `${step.id}/events.jsonl` : null,
    });
  }
  // The report of the run that made them has their curves, as a first run draws them.
  await execa(process.execPath, [cli, "run", recipe], { cwd: folder, reject: false });
  const [first] = await store.runs.list();
  fs.copyFileSync(store.runs.files(first).report, store.runs.files(MAKER).report);
}

/** Milliseconds of a whole process; one that fails otherwise than by a claim is no measurement. */
async function time(command, args, cwd, allowed = [0]) {
  const start = performance.now();
  const { exitCode, stderr } = await execa(command, args, { cwd, reject: false });
  if (!allowed.includes(exitCode)) throw new Error(`${args.join(" ")} ended with ${exitCode}: ${stderr}`);
  return performance.now() - start;
}

/** Others' tools, where they can be installed. */
async function others(folder) {
  const [snakemake, dvc] = [path.join(folder, "snakemake"), path.join(folder, "dvc")];
  try {
    const one = await makeSnakemake(folder);
    await one.plan(snakemake, "chain", STEPS, true, async () => ({}));
    const other = await makeDvc(folder);
    await other.runAll(dvc, "chain", STEPS, (...args) => time(...args));
    return {
      [`snakemake ${one.version} -n`]: () => time(one.binary, ["-n", "-q", "all"], snakemake),
      [`dvc ${other.version} status`]: () => time(other.binary, ["status", "-q"], dvc),
    };
  } catch (error) {
    console.log(`Snakemake and DVC are left out: ${error.shortMessage ?? error.message}`);
    return {};
  }
}

export async function bench(folder) {
  await finished(folder);
  const commands = {
    "node -e 0": () => time(process.execPath, ["-e", "0"], folder),
    ...Object.fromEntries(
      // The toy's results are none: its claim is not reproduced (3).
      Object.entries(OURS).map(([name, { args }]) => [
        name,
        () => time(process.execPath, [cli, ...args], folder, [0, 3]),
      ]),
    ),
    ...(await others(folder)),
  };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let run = 0; run <= RUNS; run++)
    for (const [name, command] of Object.entries(commands)) {
      const spent = await command();
      // The first one warms the system's caches.
      if (run > 0) times[name].push(spent);
    }
  const base = median(times["node -e 0"]);
  console.log("| command | median | of `node -e 0` | limit |\n| --- | --- | --- | --- |");
  for (const [name, values] of Object.entries(times)) {
    const spent = median(values);
    console.log(
      `| ${name} | ${spent.toFixed(0)} ms | ${(spent / base).toFixed(2)} | ${OURS[name]?.limit ?? ""} |`,
    );
  }
  await benchFirstStep(cli, folder, median);
}
