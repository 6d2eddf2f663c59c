// npm run mutate: small changes of the core's code, and which of them the unit suites of its room do not notice.
//   npm run mutate -- core/seconds.ts workflows       files, or rooms
//   npm run mutate -- --since main --minutes 10       lines changed since a commit; fails below the floor
//   npm run mutate -- --sample 5 --seed 1             5 of 100 changes of the whole core (or of the rooms named), at random
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { globSync } from "tinyglobby";
import { changedLines } from "./mutate/changed-lines.mjs";
import { intervalOf, scoreOf } from "./mutate/score.mjs";
import { runStryker } from "./mutate/stryker.mjs";
import { readJson, root } from "./setup/places.mjs";

const ROOMS = ["core", "compiler", "verdict", "store", "steps", "workflows"];
const FLOOR = 0.8;
/** Of fewer changes one that means nothing weighs too much. */
const FEWEST = 20;
/** Their tests start programs, or run the bundled workflow, which mutants do not reach. */
const TESTED_ELSEWHERE = new Set([
  "store/fence.ts",
  // Changed, it could end any process of this machine.
  "store/step-processes.ts",
  "workflows/run-plan.ts",
  "workflows/run-step.ts",
  ...["activities", "commit", "recipe", "repository", "signals", "tell", "tick"].map(
    (name) => `workflows/gitops/${name}.ts`,
  ),
]);
const USAGE =
  "Write: npm run mutate -- FILE..., or: --since COMMIT [--minutes N], or: --sample PERCENT [--seed N] [ROOM...].";

const isCore = (file) =>
  ROOMS.includes(file.split("/")[0]) && file.endsWith(".ts") && !file.endsWith(".d.ts");

function refuse(message) {
  console.error(`${message} ${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        since: { type: "string" },
        minutes: { type: "string" },
        sample: { type: "string" },
        seed: { type: "string" },
      },
    });
  } catch (error) {
    return refuse(`${error.message}.`);
  }
}

/** What Stryker takes: a file, or lines of it. */
function targetsSince(commit) {
  let diff;
  try {
    const args = ["diff", "--unified=0", "--no-color", "--no-ext-diff", commit, "--", ...ROOMS];
    diff = execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    return refuse(`git cannot compare with '${commit}': ${error.stderr.trim().split("\n")[0]}.`);
  }
  return [...changedLines(diff)]
    .filter(([file]) => isCore(file) && !TESTED_ELSEWHERE.has(file))
    .map(([file, lines]) => ({ file, mutate: lines.map((range) => `${file}:${range.join("-")}`) }));
}

function targetsOf(names) {
  return names.flatMap((name) => {
    const clean = name.replace(/\/$/, "");
    const files = isCore(clean) && fs.existsSync(path.join(root, clean)) ? [clean] : filesOf(clean);
    if (files.length === 0) refuse(`'${name}' is no file or room of ${ROOMS.join(", ")}.`);
    return files.map((file) => ({ file, mutate: [file] }));
  });
}

const filesOf = (room) =>
  ROOMS.includes(room.split("/")[0]) ? globSync(`${room}/**/*.ts`, { cwd: root }).filter(isCore).sort() : [];

function sampleOf({ sample, seed = "1" }) {
  const percent = Number(sample);
  if (!(percent > 0 && percent <= 100)) refuse(`'${sample}' is no share of 100.`);
  return { percent, seed };
}

function targetsOfRooms(names) {
  const wrong = names.find((name) => !ROOMS.includes(name));
  if (wrong !== undefined) refuse(`'${wrong}' is no room of ${ROOMS.join(", ")}.`);
  return (names.length === 0 ? ROOMS : names).map((room) => ({
    file: `${room}/`,
    mutate: filesOf(room).filter((file) => !TESTED_ELSEWHERE.has(file)),
  }));
}

/** How many changes of one target its tests noticed; null where the time was over. */
async function measure({ file, mutate }, report, until, sample) {
  const room = file.split("/")[0];
  const env = { REPRISE_MUTATE_ROOM: room, REPRISE_MUTATE_REPORT: report };
  if (sample !== undefined) env.REPRISE_MUTATE_SAMPLE = JSON.stringify({ ...sample, root: `${root}/` });
  const ended = await runStryker(mutate, env, until && until - Date.now());
  if (ended === null) return null;
  const { status, output } = ended;
  if (status === 0) return scoreOf(readJson(report));
  if (output.includes("No tests were executed")) {
    const all = Number(/with ([0-9]+) mutant/.exec(output)?.[1] ?? 0);
    return { noticed: 0, all, missed: [`no test in tests/${room}/ comes here`] };
  }
  console.log(output.trimEnd().split("\n").slice(-30).join("\n"));
  console.error(`${file} could not be measured: do its tests pass? Try: npx vitest run tests/${room}`);
  process.exit(1);
}

const percent = ({ noticed, all }) =>
  all === 0 ? "nothing to change" : `${Math.floor((100 * noticed) / all)} % of ${all}`;

function withInterval(score) {
  if (score.all === 0) return percent(score);
  const [low, high] = intervalOf(score).map((share) => Math.round(100 * share));
  return `${percent(score)} (${low} to ${high} %)`;
}

function targetsFor() {
  if (sample !== undefined) return targetsOfRooms(positionals);
  if (values.since !== undefined) return targetsSince(values.since);
  if (positionals.length === 0) refuse("Say what to change.");
  return targetsOf(positionals);
}

const { values, positionals } = options();
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
if (minutes !== undefined && !(minutes > 0)) refuse(`'${values.minutes}' is no number of minutes.`);
if (values.since !== undefined && (values.sample !== undefined || positionals.length > 0))
  refuse("'--since' says itself what to change.");
if (values.seed !== undefined && values.sample === undefined) refuse("'--seed' is of a sample.");
const sample = values.sample === undefined ? undefined : sampleOf(values);
const until = minutes === undefined ? undefined : Date.now() + minutes * 60_000;
const targets = targetsFor();
const shown = sample === undefined ? percent : withInterval;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "reprise-mutate-"));
const total = { noticed: 0, all: 0 };
const late = [];
for (const target of targets) {
  const found =
    late.length > 0 ? null : await measure(target, path.join(folder, "report.json"), until, sample);
  if (found === null) {
    late.push(target.file);
    continue;
  }
  const { missed, ...score } = found;
  console.log([`${target.file}: ${shown(score)}`, ...missed.map((line) => `  ${line}`)].join("\n"));
  total.noticed += score.noticed;
  total.all += score.all;
}
fs.rmSync(folder, { recursive: true });
if (late.length > 0) console.log(`Not measured within ${minutes} min: ${late.join(", ")}`);
console.log(total.all === 0 ? "Nothing was measured." : `In all ${shown(total)} changes were noticed.`);
if (values.since !== undefined && total.all >= FEWEST && total.noticed / total.all < FLOOR) {
  console.error(`The tests must notice ${100 * FLOOR} % of the changes of what is new.`);
  process.exit(1);
}
