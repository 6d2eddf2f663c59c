// node scripts/record-histories.mjs: records a history of each shape of plan on a real server, for the replay tests. Run it
// when the workflow code changes on purpose in a way that old runs cannot follow, and say so in the changelog.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { root } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

await setUpOrExit();
const { Session } = await import(path.join(root, "dist", "engine", "session.js"));
const { openStore } = await import(path.join(root, "dist", "store", "store.js"));
const target = path.join(root, "tests", "workflows", "histories");
const main = path.join(root, "dist", "cli", "main.js");
const folder = path.join(os.tmpdir(), "reprise-histories");
const home = path.join(folder, ".reprise");
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder);
fs.mkdirSync(target, { recursive: true });

const noop = (needs, more = "") => `{ uses: run/noop, with: { value: ${more || 0} }, needs: [${needs}] }`;
const command = (script, needs = "") =>
  `{ uses: run/command, with: { argv: [sh, -c, "${script}"] }, needs: [${needs}], retry: { attempts: 2, backoff: 1s } }`;
const slow = command("trap 'exit 75' TERM; sleep 5 & wait");

const SHAPES = {
  linear: { steps: { a: noop(""), b: noop("a", 1), c: noop("b", 2) } },
  matrix: {
    steps: {
      arms: `{ matrix: { seed: [0, 1], arm: [x, y] }, steps: { a: { uses: run/noop, with: { value: "\${{ matrix.seed }}" } }, b: { uses: run/noop, with: { value: "\${{ matrix.arm }}" }, needs: [a] } } }`,
    },
  },
  failed: { steps: { a: command("exit 3"), b: noop("a"), c: noop("", 5) } },
  cancelled: { steps: { a: slow, b: noop("a") }, during: ["cancel"] },
  paused: { steps: { a: slow, b: noop("a") }, during: ["pause"], keep: true },
  resumed: {
    steps: { a: command("trap 'exit 75' TERM; sleep 3 & wait"), b: noop("a") },
    during: ["pause", "resume"],
  },
  thousand: {
    steps: Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `s${index}`,
        noop(index ? `s${index - 1}` : "", index + 10),
      ]),
    ),
  },
};

const reprise = (...args) => spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });

for (const [name, { steps, during = [] }] of Object.entries(SHAPES)) {
  const text = Object.entries(steps).map(([id, step]) => `  ${id}: ${step}\n`);
  fs.writeFileSync(path.join(folder, `${name}.yaml`), `recipe: 1\nname: ${name}\nsteps:\n${text.join("")}`);
  const running = spawn(process.execPath, [main, "run", `${name}.yaml`], { cwd: folder, stdio: "ignore" });
  const ended = new Promise((resolve) => running.once("exit", resolve));
  if (during.length > 0) {
    const started = () =>
      fs.existsSync(path.join(home, "runs")) &&
      fs
        .readdirSync(path.join(home, "runs"))
        .some(
          (run) =>
            run.startsWith(`${name}-`) && fs.existsSync(path.join(home, "runs", run, "a", "events.jsonl")),
        );
    while (!started()) await sleep(100);
    await sleep(500);
    for (const verb of during) reprise(verb, "last");
  }
  await ended;
}
const session = await Session.open(
  openStore(home),
  JSON.parse(fs.readFileSync(path.join(root, "node_modules/.reprise/toolchain.json"))).server,
);
for await (const { workflowId, runId } of session.client.workflow.list()) {
  const [name] = workflowId.split("-");
  const history = await session.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const json = historyToJSON(history).replaceAll(/"identity": *"[^"]*"/g, '"identity": "worker"');
  const file = path.join(target, `${name}-${history.events.length}.json.gz`);
  fs.writeFileSync(file, gzipSync(json, { level: 9 }));
  console.log(
    `${path.relative(root, file)}: ${history.events.length} events, ${fs.statSync(file).size} bytes`,
  );
}
await session.close();
reprise("down", "--force");
fs.rmSync(folder, { recursive: true, force: true });
