// How soon a training trains: from the beginning of its step's attempt to its first optimizer step, with a process that has the
// libraries and without, and what both take of memory.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";

const SEEDS = [0, 1, 2, 3, 4];
const RECIPE = `recipe: 1
name: first
reproducible: portable
steps:
  walks: { uses: data/synthesize, with: { clips: { pretrain: 4, sft: 4, grpo: 1, eval: 1 }, pretrain_rows_per_clip: 2, size: 56 } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  base: { uses: model/tiny, with: { dataset: "\${{ steps.frames.outputs.dataset }}", split: pretrain, learning_rate: 1e-3 } }
  sft:
    uses: train/sft
    matrix: { seed: [${SEEDS.join(", ")}] }
    with: { model: "\${{ steps.base.outputs.model }}", dataset: "\${{ steps.frames.outputs.dataset }}", split: sft, target: letter, learning_rate: 1e-3, seed: "\${{ matrix.seed }}" }
`;

/** Megabytes of all processes of a folder's trainers; what several share counts once. */
function memoryOf(folder) {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .reduce((sum, pid) => {
      try {
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, "latin1");
        if (!command.includes("reprise_trainer") || command.includes("frames")) return sum;
        if (fs.readlinkSync(`/proc/${pid}/cwd`) !== folder) return sum;
        const shares = /^Pss: *([0-9]+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"));
        return sum + Number(shares?.[1] ?? 0) / 1000;
      } catch {
        return sum;
      }
    }, 0);
}

/** Seconds from each training's attempt to where it trains, to its first step's end, and to its own. */
function timesIn(folder) {
  const runs = path.join(folder, ".reprise", "runs");
  const record = path.join(runs, fs.readdirSync(runs)[0]);
  return SEEDS.map((seed) => {
    const step = path.join(record, `sft-${seed}`);
    const events = fs
      .readFileSync(path.join(step, "events.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { time: began } = events.find(({ event }) => event === "attempt");
    const at = (done) => events.find((event) => event.event === "progress" && event.done === done).time;
    const { ended } = JSON.parse(fs.readFileSync(path.join(step, "outcome.json"), "utf8"));
    return { trains: at(0) - began, first: at(1) - began, whole: Date.parse(ended) / 1000 - began };
  });
}

/** Prints both ways. */
export async function benchFirstStep(cli, parent, median) {
  console.log(
    "\n| `train/sft` | trains after | first step done after | step done after | most memory |\n| --- | --- | --- | --- | --- |",
  );
  for (const [name, warm] of [
    ["a process for each step", "no"],
    ["forked from one that has the libraries", "yes"],
  ]) {
    const folder = path.join(fs.realpathSync(parent), `first-${warm}`);
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "first.yaml"), RECIPE);
    const env = { REPRISE_HOME: path.join(folder, ".reprise"), REPRISE_WARM_TRAINERS: warm };
    let most = 0;
    const running = execa(process.execPath, [cli, "run", "first.yaml"], { cwd: folder, env });
    const looking = setInterval(() => (most = Math.max(most, memoryOf(folder))), 250);
    await running.finally(() => clearInterval(looking));
    await execa(process.execPath, [cli, "down", "--force"], { cwd: folder, env });
    const times = timesIn(folder);
    const shown = (which) => `${median(times.map((each) => each[which])).toFixed(2)} s`;
    console.log(
      `| ${name} | ${shown("trains")} | ${shown("first")} | ${shown("whole")} | ${most.toFixed(0)} MB |`,
    );
  }
}
