// node scripts/record-gitops-histories.mjs: records a history of each shape of GitOps' workflows on a real server, for the replay
// tests. Run it when their code changes on purpose in a way that open ones cannot follow, and say so in the changelog.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { root } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

await setUpOrExit();
const { Session } = await import(path.join(root, "dist", "engine", "session.js"));
const { openStore } = await import(path.join(root, "dist", "store", "store.js"));
const target = path.join(root, "tests", "workflows", "gitops", "histories");
const main = path.join(root, "dist", "cli", "main.js");
const folder = path.join(os.tmpdir(), "reprise-gitops-histories");
const [work, bare] = [path.join(folder, "work"), path.join(folder, "papers.git")];
const go = path.join(folder, "go");

const names = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
};
const env = { ...process.env, ...names, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
const git = (...args) => execFileSync("git", args, { cwd: work, env, encoding: "utf8" }).trim();

fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(path.join(work, "recipes"), { recursive: true });
fs.mkdirSync(path.join(work, ".reprise"));
execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare], { env });
git("init", "--quiet", "--initial-branch=main");

/** Pushes a recipe with a policy; gives the commit. */
function push(step, run = "always") {
  const on = { push: { branches: ["main"] } };
  const all = { recipes: ["recipes/*.yaml"], on, run: { push: run }, supersede: { push: "cancel-running" } };
  fs.writeFileSync(
    path.join(work, ".reprise/gitops.yaml"),
    JSON.stringify({ gitops: 1, pipelines: { all } }),
  );
  fs.writeFileSync(path.join(work, "recipes/a.yaml"), `recipe: 1\nname: a\nsteps:\n  a: ${step}\n`);
  git("add", "-A");
  git("commit", "--quiet", "-m", "a change");
  git("push", "--quiet", bare, "HEAD:main");
  return git("rev-parse", "HEAD");
}

async function until(sha, state) {
  for (;;) {
    const shown = spawnSync("git", ["show", `refs/reprise/status/${sha}:status.json`], { cwd: bare, env });
    if (shown.status === 0 && JSON.parse(shown.stdout).state === state) return;
    await sleep(200);
  }
}

const noop = (value) => `{ uses: run/noop, with: { value: ${value} } }`;
const wait = `{ uses: run/command, with: { argv: [sh, -c, "while [ ! -e '${go}' ]; do sleep 0.1; done"] } }`;

fs.writeFileSync(
  path.join(folder, "gitops.yaml"),
  JSON.stringify({
    gitops: 1,
    repositories: { papers: { url: bare, poll: "1s", trust: { push: ["main"] } } },
  }),
);
const judged = push(noop(1));
const serving = spawn(process.execPath, [main, "gitops", "serve"], { cwd: folder, env, stdio: "inherit" });
await until(judged, "unclaimed");
const stopped = push(wait);
await until(stopped, "running");
const approved = push(noop(2), "after-approval");
await until(stopped, "superseded");
await until(approved, "waiting-for-approval");
spawnSync(process.execPath, [main, "gitops", "approve", approved], { cwd: folder, env, stdio: "inherit" });
await until(approved, "unclaimed");
const left = push(noop(3), "after-approval");
await until(left, "waiting-for-approval");
await until(push(noop(4)), "unclaimed");
await until(left, "superseded");

const home = path.join(folder, ".reprise");
const { server } = JSON.parse(fs.readFileSync(path.join(root, "node_modules/.reprise/toolchain.json")));
const session = await Session.open(openStore(home), server);
const { workflow } = session.client;
let prefix;
for await (const { workflowId, type } of workflow.list()) if (type === "repository") prefix = workflowId;
const [queue] = prefix.split(":");
await workflow.execute("tick", {
  workflowId: `${prefix}:tick`,
  taskQueue: queue,
  args: ["papers", { kind: "schedule", pipeline: "all", branch: "main" }],
});
// A history that is so long that the workflow goes on with another one.
const first = (await workflow.getHandle(prefix).describe()).runId;
// The server takes no more for one that is about to end.
for (let taken = true; taken;) {
  const poked = Array.from({ length: 50 }, () => workflow.getHandle(prefix).signal("poke"));
  taken = (await Promise.allSettled(poked)).every(({ status }) => status === "fulfilled");
}
while ((await workflow.getHandle(prefix).describe()).runId === first) await sleep(500);
await sleep(3_000);

fs.rmSync(target, { recursive: true, force: true });
fs.mkdirSync(target, { recursive: true });
const current = (await workflow.getHandle(prefix).describe()).runId;
const shapes = [
  ["repository-continued", prefix, first],
  ["repository", prefix, current],
  ["commit-judged", `${prefix}:${judged}`],
  ["commit-superseded", `${prefix}:${left}`],
  ["commit-approved", `${prefix}:${approved}`],
  ["recipe-judged", `${prefix}:${judged}:recipes--a:1`],
  ["recipe-stopped", `${prefix}:${stopped}:recipes--a:1`],
  ["tick", `${prefix}:tick`],
];
for (const [name, id, run] of shapes) {
  const history = await workflow.getHandle(id, run).fetchHistory();
  const json = historyToJSON(history).replaceAll(/"identity": *"[^"]*"/g, '"identity": "worker"');
  const file = path.join(target, `${name}-${history.events.length}.json.gz`);
  fs.writeFileSync(file, gzipSync(json, { level: 9 }));
  console.log(
    `${path.relative(root, file)}: ${history.events.length} events, ${fs.statSync(file).size} bytes`,
  );
}
await session.close();
serving.kill("SIGTERM");
await new Promise((resolve) => serving.once("exit", resolve));
spawnSync(process.execPath, [main, "down", "--force"], { cwd: folder, env });
fs.rmSync(folder, { recursive: true, force: true });
