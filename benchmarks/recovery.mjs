// From kill -9 of the command to the step training again, on a fresh `reprise run`, beside what the trainer needs alone.
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { readJsonLines } from "../dist/store/files.js";

const ROUNDS = 5;
const root = path.dirname(import.meta.dirname);
const cli = path.join(root, "dist", "cli", "main.js");
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Events of the GRPO of the `round`-th run. */
function eventsOf(folder, round) {
  const runs = path.join(folder, ".reprise", "runs");
  const run = fs.existsSync(runs) ? fs.readdirSync(runs).sort()[round - 1] : undefined;
  const file = path.join(runs, run ?? "", "grpo", "events.jsonl");
  return readJsonLines(file);
}

async function until(folder, round, condition) {
  for (;;) {
    const events = await eventsOf(folder, round);
    if (condition(events)) return events;
    await sleep(20);
  }
}

/** Seconds from the kill until the trainer's process says its first word, and from then until it trains. */
async function once(folder, round) {
  const settings = ["--set", "steps.grpo.with.steps=400", "--set", `steps.grpo.with.seed=${round}`];
  const args = [cli, "run", path.join(root, "recipes", "demo.yaml"), "--profile", "tiny", ...settings];
  const running = execa(process.execPath, args, {
    cwd: folder,
    reject: false,
    detached: true,
    stdio: "ignore",
  });
  await until(folder, round, (events) =>
    events.some(({ event, step }) => event === "checkpoint" && step >= 10),
  );
  const killed = Date.now() / 1000;
  process.kill(-Number(running.pid), "SIGKILL");
  await running;
  const again = execa(process.execPath, args, {
    cwd: folder,
    reject: false,
    detached: true,
    stdio: "ignore",
  });
  const events = await until(folder, round, (all) => {
    const at = all.findIndex(({ event, number }) => event === "attempt" && number === 2);
    return (
      at >= 0 &&
      all.slice(at).some(({ event, done }, index) => index > 0 && event === "progress" && done > 10)
    );
  });
  const second = events.slice(events.findIndex(({ event, number }) => event === "attempt" && number === 2));
  const loading = second.find(({ text }) => text === "loading libraries").time;
  const [, training] = second.filter(({ event }) => event === "progress");
  process.kill(-Number(again.pid), "SIGKILL");
  await again;
  await execa(process.execPath, [cli, "cancel", "last"], { cwd: folder });
  return { ours: loading - killed, trainer: training.time - loading };
}

export async function bench(folder) {
  try {
    const found = [];
    for (let round = 1; round <= ROUNDS; round++) {
      found.push(await once(folder, round));
      const { ours, trainer } = found.at(-1);
      console.log(
        `kill ${round}: ${ours.toFixed(2)} s until the trainer starts, then ${trainer.toFixed(2)} s of its own until it trains`,
      );
    }
    console.log(
      `medians: ${median(found.map(({ ours }) => ours)).toFixed(2)} s over the trainer's own ${median(found.map(({ trainer }) => trainer)).toFixed(2)} s; a heartbeat timeout alone would be 120 s`,
    );
  } finally {
    await execa(process.execPath, [cli, "down"], { cwd: folder, reject: false });
  }
}
