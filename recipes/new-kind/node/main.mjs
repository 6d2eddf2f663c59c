// A step of this kind. docs/kinds.md says what the job holds, docs/run-command.md what a program must do.
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

const job = read(process.env.REPRISE_JOB);
const { start, steps, pause, label } = job.params;
const every = job.checkpoint.every_steps ?? 5;

// Asked to stop, it saves and ends with 75.
let stopping = false;
process.on("SIGTERM", () => (stopping = true));

/** Appends a line to the event file. */
function say(event, what) {
  const line = JSON.stringify({ event, time: Date.now() / 1000, ...what });
  appendFileSync(job.events, `${line}\n`);
}

/** Writes a checkpoint aside, and renames it: it is whole or not there. */
function save(state) {
  const aside = path.join(job.checkpoints, "saving");
  mkdirSync(aside, { recursive: true });
  writeFileSync(path.join(aside, "state.json"), JSON.stringify(state));
  renameSync(aside, path.join(job.checkpoints, `checkpoint-${state.step}`));
}

let state = job.resume === null ? { step: 0, value: start } : read(path.join(job.resume, "state.json"));
while (state.step < steps) {
  await sleep(1000 * pause);
  state = { step: state.step + 1, value: state.value / 2 };
  console.log(label, state.step, state.value);
  say("metrics", { step: state.step, values: { value: state.value } });
  say("progress", { done: state.step, total: steps, unit: "step" });
  if (state.step % every === 0 || stopping) save(state);
  if (stopping) process.exit(75);
}

writeFileSync(path.join(job.outputs.table, "value.json"), JSON.stringify(state));
