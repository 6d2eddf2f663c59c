// What `gitops plan` takes in a repository of 1,000 recipes, beside what a CI does with a clone.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";

const ROUNDS = 3;
const RECIPES = 1000;
const root = path.dirname(import.meta.dirname);
const cli = path.join(root, "dist", "cli", "main.js");
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const BASE = (clips) => `recipe: 1
name: base
steps:
  walks: { uses: data/synthesize, with: { clips: { pretrain: ${clips}, sft: 10, grpo: 20, eval: 40 } } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  base:
    uses: model/tiny
    with: { dataset: "\${{ steps.frames.outputs.dataset }}", split: pretrain, epochs: 1, batch_size_per_device: 8, learning_rate: 1e-3 }
`;

const paper = (index, seed) => `recipe: 1
extends: ../base.yaml
name: paper-${index}
inputs:
  seed: { type: int, default: ${seed} }
steps:
  walks: { with: { seed: "\${{ inputs.seed }}" } }
`;

const POLICY = JSON.stringify({
  gitops: 1,
  pipelines: { all: { recipes: ["papers/*/*.yaml"], on: { push: {} } } },
});

const fileOf = (index) => `papers/${index % 10}/paper-${index}.yaml`;

/** Runs a program to its end: seconds, and its own peak of memory in MB. */
async function measured(cwd, program, args) {
  const start = performance.now();
  const child = execa(program, args, { cwd, maxBuffer: 1e9 });
  let peak = 0;
  const looking = setInterval(() => {
    const status = fs.readFileSync(`/proc/${child.pid}/status`, "utf8");
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }, 50);
  try {
    await child;
  } finally {
    clearInterval(looking);
  }
  return { seconds: (performance.now() - start) / 1000, peak };
}

/** A repository with three commits: all recipes, three of them changed, the common base changed. */
async function makeRepository(folder) {
  const work = path.join(folder, "papers");
  const git = (...args) =>
    execa("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args], { cwd: work });
  const write = (file, text) => {
    fs.mkdirSync(path.dirname(path.join(work, file)), { recursive: true });
    fs.writeFileSync(path.join(work, file), text);
  };
  const commit = async (message) => {
    await git("add", "--all");
    await git("commit", "--quiet", "--message", message);
    return (await git("rev-parse", "HEAD")).stdout;
  };
  fs.mkdirSync(work);
  await git("init", "--quiet", "--initial-branch=main");
  write(".reprise/gitops.yaml", POLICY);
  write("papers/base.yaml", BASE(100));
  for (let index = 0; index < RECIPES; index++) write(fileOf(index), paper(index, index));
  const first = await commit("all");
  const three = [7, 70, 700].map(fileOf);
  for (const file of three) write(file, paper(file.match(/(\d+)\.yaml/)[1], 5000));
  const second = await commit("three");
  write("papers/base.yaml", BASE(120));
  return { work, first, second, third: await commit("base"), three };
}

export async function bench(folder) {
  const { work, first, second, third, three } = await makeRepository(folder);
  const ways = {
    "3 touched: gitops plan": () =>
      measured(folder, process.execPath, [cli, "gitops", "plan", work, second, "--base", first, "--json"]),
    "3 touched: a clone, and plan of each": async () => {
      const clone = path.join(folder, "clone");
      const parts = [await measured(folder, "git", ["clone", "--quiet", work, clone])];
      for (const file of three)
        parts.push(await measured(clone, process.execPath, [cli, "plan", file, "--json"]));
      fs.rmSync(clone, { recursive: true });
      return {
        seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
        peak: Math.max(...parts.map(({ peak }) => peak)),
      };
    },
    "base touched: gitops plan of 1,000": () =>
      measured(folder, process.execPath, [cli, "gitops", "plan", work, third, "--base", second, "--json"]),
    "base touched: validate of 1,000 files": () =>
      measured(work, process.execPath, [cli, "validate", "papers/*/*.yaml", "--json"]),
  };
  const found = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, way] of Object.entries(ways)) found[name].push(await way());
  for (const [name, rounds] of Object.entries(found)) {
    const seconds = median(rounds.map((one) => one.seconds)).toFixed(2);
    const peak = Math.max(...rounds.map((one) => one.peak)).toFixed(0);
    console.log(
      `${name}: ${seconds} s (${rounds.map((one) => one.seconds.toFixed(2)).join(", ")}), ${peak} MB`,
    );
  }
}
