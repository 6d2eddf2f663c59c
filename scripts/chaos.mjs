// npm run chaos -- --kills 100 --seed 1: runs the demo's short profile while its processes are killed, stopped for longer
// than the heartbeat allows, hung up on, no longer listened to, and starved of disk, at random; then checks that nothing was
// lost. Linux only.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { fill, find, leftOvers, smallDisk } from "./chaos/processes.mjs";
import { planStrikes } from "./chaos/strikes.mjs";
import { differences, doneAgain, largestLoss, recordIn } from "./chaos/verify.mjs";
import { root } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    "per-round": { type: "string", default: "10" },
    // Further settings of the recipe, such as longer trainings.
    set: { type: "string", multiple: true, default: [] },
  },
});
const [kills, seed, perRound] = [values.kills, values.seed, values["per-round"]].map(Number);
const HEARTBEAT_SECONDS = 5;
const STOPPED_MS = 8_000;
const STARVED_MS = 3_000;
const EVERY = 2;
const DISK_MB = 600;

await setUpOrExit();
const base = fs.mkdtempSync(path.join(os.tmpdir(), "reprise-chaos-"));
const main = path.join(root, "dist", "cli", "main.js");
const recipe = ["run", path.join(root, "recipes", "demo.yaml"), "--profile", "tiny"];
const settings = [
  ...["sft", "grpo"].map((step) => `steps.${step}.checkpoint.every=${EVERY} steps`),
  ...values.set,
].flatMap((setting) => ["--set", setting]);

const environmentOf = (home) => ({
  ...process.env,
  REPRISE_HOME: home,
  REPRISE_HEARTBEAT_SECONDS: String(HEARTBEAT_SECONDS),
});
const command = (home, args) =>
  spawnSync(process.execPath, [main, ...args], {
    cwd: path.dirname(home),
    env: environmentOf(home),
    encoding: "utf8",
  });

/** Starts the command in a process group of its own; `ended` is set when it is over. */
function begin(home, args) {
  const log = fs.createWriteStream(path.join(path.dirname(home), "output.txt"), { flags: "a" });
  const child = spawn(process.execPath, [main, ...args], {
    cwd: path.dirname(home),
    env: environmentOf(home),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const said of [child.stdout, child.stderr]) said.pipe(log, { end: false });
  child.once("close", () => log.end());
  const leave = () => {
    const heard = !child.stdout.destroyed;
    for (const said of [child.stdout, child.stderr]) said.destroy();
    return heard;
  };
  const state = { pid: child.pid, ended: false, code: null, leave };
  child.once("exit", (code) => Object.assign(state, { ended: true, code }));
  return state;
}

const signal = (pid, name) => {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
};

/** Strikes once, or gives false when the run is over before there is something to strike. */
async function strike(home, disk, { kind, way, aged }, { cli, worker }) {
  if (way === "starve") {
    const release = fill(disk);
    await sleep(STARVED_MS);
    release();
    return true;
  }
  for (;;) {
    if (cli.ended && cli.code === 0) return false;
    const target = find(path.dirname(home), kind);
    if (target === undefined) {
      await sleep(5);
      if (cli.ended) return false;
      continue;
    }
    await sleep(aged);
    // It may have ended by itself, or another way, meanwhile.
    if (find(path.dirname(home), kind)?.pid !== target.pid) continue;
    if (way === "kill") return signal(target.pid, "SIGKILL");
    // One that nobody listens to any more is hung up on.
    if (way === "unheard" && (kind === "cli" ? cli : worker).leave()) return true;
    if (way === "hang up" || way === "unheard") return signal(target.pid, "SIGHUP");
    signal(target.pid, "SIGSTOP");
    await sleep(STOPPED_MS);
    return signal(target.pid, "SIGCONT");
  }
}

/** One run of the recipe to its end, struck on the way; gives the strikes that were left over. */
async function round(home, disk, strikes) {
  const left = [...strikes];
  const spent = [];
  let cli = begin(home, [...recipe, ...settings]);
  let worker = begin(home, ["worker"]);
  let restarts = 0;
  while (!(cli.ended && cli.code === 0)) {
    if (cli.ended) {
      restarts += 1;
      if (restarts > 100)
        throw new Error(`the run does not end; see ${path.join(path.dirname(home), "output.txt")}`);
      await sleep(300);
      cli = begin(home, [...recipe, ...settings]);
    }
    if (worker.ended) worker = begin(home, ["worker"]);
    const [next] = left;
    if (next === undefined) {
      await sleep(200);
      continue;
    }
    await Promise.race([sleep(next.after), until(() => cli.ended)]);
    if (cli.ended) continue;
    if (!(await strike(home, disk, next, { cli, worker }))) continue;
    spent.push(left.shift());
    process.stdout.write(`  ${next.way} ${next.kind}\n`);
  }
  signal(worker.pid, "SIGTERM");
  await until(() => worker.ended);
  return { left, spent, restarts };
}

async function until(condition) {
  while (!condition()) await sleep(20);
}

const disks = [];

function makeHome(name) {
  const folder = path.join(base, name);
  fs.mkdirSync(folder);
  const mounted = smallDisk(
    path.join(folder, "disk"),
    DISK_MB,
    (program, args) => spawnSync(program, args).status === 0,
  );
  if (mounted !== null) disks.push(mounted);
  return { home: path.join(mounted ?? folder, "home"), disk: mounted };
}

console.log(`chaos: ${kills} strikes, seed ${seed}, in ${base}`);
const calm = makeHome("undisturbed");
const first = command(calm.home, [...recipe, ...settings]);
if (first.status !== 0) throw new Error(`the undisturbed run failed:\n${first.stdout}${first.stderr}`);
const undisturbed = recordIn(calm.home);
command(calm.home, ["down", "--force"]);
console.log(`undisturbed: done in ${undisturbed.seconds.toFixed(0)} s`);

const kinds = [
  "encoder",
  "trainer",
  "host",
  "worker",
  "cli",
  "server",
  ...(calm.disk === null ? [] : ["disk"]),
];
if (calm.disk === null)
  console.log("SKIPPED: no small disk can be mounted here, so nothing is starved of it");
const rows = [];
const problems = [];
const queue = planStrikes(seed, kills, perRound, kinds);
for (let index = 0; queue.length > 0; index++) {
  const strikes = queue.shift();
  const { home, disk } = makeHome(`round-${index + 1}`);
  console.log(`round ${index + 1}: ${strikes.length} strikes`);
  const begun = Date.now();
  const { left, spent, restarts } = await round(home, disk, strikes);
  if (left.length > 0 && spent.length > 0) queue.push(left);
  const record = recordIn(home);
  await sleep(500);
  const checks = {
    "results differ": differences(record, undisturbed),
    "finished steps done again": await doneAgain(home, record),
    "processes left behind": leftOvers(path.dirname(home)).map(({ args }) => args.slice(0, 120)),
    "damaged artifacts":
      command(home, ["cache", "verify", "--json"]).status === 0 ? [] : ["see cache verify"],
  };
  const loss = await largestLoss(home, record);
  if (loss > EVERY + 1)
    problems.push(`round ${index + 1}: ${loss} steps lost at once, more than an interval of ${EVERY}`);
  for (const [what, found] of Object.entries(checks))
    if (found.length > 0) problems.push(`round ${index + 1}: ${what}: ${found.join(", ")}`);
  const count = (key) => record.steps.reduce((sum, step) => sum + step[key], 0);
  rows.push({
    round: index + 1,
    strikes: spent.length,
    ...Object.fromEntries(kinds.map((kind) => [kind, spent.filter((one) => one.kind === kind).length])),
    "commands started again": restarts,
    attempts: count("attempts"),
    resumed: record.steps.reduce((sum, { resumed_from: from }) => sum + from.length, 0),
    "most steps lost": loss,
    seconds: Math.round((Date.now() - begun) / 1000),
    same: checks["results differ"].length === 0 ? "yes" : "NO",
  });
  command(home, ["down", "--force"]);
}
console.table(Object.fromEntries(rows.map(({ round: number, ...row }) => [`round ${number}`, row])));
const total = rows.reduce((sum, { strikes }) => sum + strikes, 0);
console.log(
  `${total} strikes in ${rows.length} runs, seed ${seed}: ${problems.length === 0 ? "nothing lost" : "PROBLEMS"}`,
);
for (const problem of problems) console.log(`  ${problem}`);
// What went wrong can be looked at; otherwise nothing stays.
if (problems.length === 0) {
  for (const disk of disks) spawnSync("umount", ["-l", disk]);
  fs.rmSync(base, { recursive: true, force: true });
}
process.exit(problems.length === 0 ? 0 : 1);
