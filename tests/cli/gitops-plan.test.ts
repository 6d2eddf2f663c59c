import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { BareRepository } from "../support/git.ts";
import { noop, policy, recipe } from "../support/gitops.ts";

/** A folder with the repository papers.git in it. */
async function folderWith(files: Parameters<BareRepository["commit"]>[0]) {
  const folder = temporaryFolder();
  const repository = await BareRepository.make("papers.git", folder);
  const sha = await repository.commit(files);
  return { folder, repository, sha };
}

const json = (text: string) => JSON.parse(text) as Record<string, never>;

describe("gitops check", () => {
  test("both files that stand here, with what this folder and machine have of them", async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, ".reprise"));
    mkdirSync(path.join(folder, "recipes"));
    writeFileSync(path.join(folder, "recipes/a.yaml"), recipe("a", { one: noop(1) }));
    const pipeline = { recipes: ["recipes/*.yaml", "more/*.yaml"], on: { push: {} } };
    writeFileSync(
      path.join(folder, ".reprise/gitops.yaml"),
      JSON.stringify({ gitops: 1, pipelines: { all: pipeline } }, null, 1),
    );
    const papers = { url: "../papers.git", webhook_secret: { env: "NOT_SET_HERE" } };
    writeFileSync(
      path.join(folder, "gitops.yaml"),
      JSON.stringify({ gitops: 1, repositories: { papers } }, null, 1),
    );
    const ended = await reprise(folder, ["gitops", "check"]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toBe(
      [
        "gitops.yaml: valid, 1 repository",
        "  The variable NOT_SET_HERE of 'papers' is not set here.",
        ".reprise/gitops.yaml: valid, 1 pipeline, 1 recipe",
        "  No file here fits 'more/*.yaml' of 'all'.",
      ].join("\n"),
    );
  });

  test("mistakes of both at once; as JSON with their places", async () => {
    const folder = temporaryFolder();
    writeFileSync(
      path.join(folder, "server.yaml"),
      "gitops: 1\nrepositories:\n  papers: { url: https://u:p@a/b }\n",
    );
    writeFileSync(
      path.join(folder, "policy.yaml"),
      "gitops: 1\npipelines:\n  all: { recipes: [./a], on: { push: {} } }\n",
    );
    const ended = await reprise(folder, ["gitops", "check", "server.yaml", "policy.yaml", "--json"]);
    const document = json(ended.stdout) as unknown as {
      valid: boolean;
      diagnostics: { code: string; file: string; line: number }[];
    };
    expect([ended.code, document.valid]).toEqual([2, false]);
    expect(document.diagnostics.map(({ code, file, line }) => [code, file, line])).toEqual([
      ["R0701", "server.yaml", 3],
      ["R0704", "policy.yaml", 3],
    ]);
  });

  test("nothing to check, and a file that is not there", async () => {
    const folder = temporaryFolder();
    const none = await reprise(folder, ["gitops", "check"]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("There is neither 'gitops.yaml'")]);
    const gone = await reprise(folder, ["gitops", "check", "gone.yaml"]);
    expect([gone.code, gone.stderr]).toEqual([2, "There is no file 'gone.yaml'."]);
  });
});

describe("gitops plan", () => {
  test("a branch, by a path: what runs and why; beside a base only what changed", async () => {
    const { folder, repository, sha } = await folderWith({
      ".reprise/gitops.yaml": policy(),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
      "recipes/b.yaml": recipe("b", { one: noop(1) }),
    });
    const all = await reprise(folder, ["gitops", "plan", "papers.git", "main"]);
    expect(all).toMatchObject({ code: 0, stderr: "" });
    expect(all.stdout).toContain("recipes/a.yaml: 1 run, 0 resume, 0 reuse, time unknown, 0 GPU hours");
    expect(all.stdout).toContain("Runs at once: The pipeline runs it for pushes.");
    const next = await repository.commit({ "recipes/b.yaml": recipe("b", { one: noop(2) }) });
    const beside = await reprise(folder, ["gitops", "plan", "papers.git", "main", "--base", sha, "--json"]);
    const document = json(beside.stdout) as unknown as {
      trigger: { sha: string; base: string };
      recipes: { recipe: string; because: string; plan: { plan: string; steps: object[] } }[];
      unaffected: string[];
    };
    expect(document.trigger).toMatchObject({ sha: next, base: sha });
    expect(document.recipes.map(({ recipe: file, because }) => [file, because])).toEqual([
      ["recipes/b.yaml", "recipes/b.yaml changed"],
    ]);
    expect(document.unaffected).toEqual(["recipes/a.yaml"]);
  });

  test("a pull request is planned by the policy of what it goes into, and never runs by itself", async () => {
    const { folder, repository, sha } = await folderWith({
      ".reprise/gitops.yaml": policy({ on: { push: {}, pull_request: {} }, run: { pull_request: "always" } }),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
    });
    await repository.commit(
      {
        ".reprise/gitops.yaml": policy({ recipes: ["evil/*.yaml"] }),
        "recipes/a.yaml": recipe("a", { one: noop(2) }),
      },
      { branch: "refs/pull/7/head", from: [sha] },
    );
    const ended = await reprise(folder, ["gitops", "plan", "papers.git", "pull/7", "--base", "main"]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("recipes/a.yaml: 1 run");
    expect(ended.stdout).toContain("Runs after approval: The forge does not say what its author may do.");
  });

  test("named recipes need no policy; an invalid one is told with its place", async () => {
    const { folder } = await folderWith({
      "a.yaml": "recipe: 1\nname: a\nsteps: { one: { uses: run/nop, with: {} } }\n",
    });
    const named = await reprise(folder, ["gitops", "plan", "papers.git", "HEAD", "a.yaml"]);
    expect(named.code).toBe(2);
    expect(named.stdout).toContain("a.yaml:3:23: 'steps.one.uses' must be one of");
    const without = await reprise(folder, ["gitops", "plan", "papers.git", "main"]);
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringContaining("has no '.reprise/gitops.yaml'"),
    ]);
  });

  test.each([
    [["papers.git", "nope"], 2, "has no branch, tag or commit 'nope'. It has: main."],
    [["papers.git", "$(id)"], 2, "has no branch, tag or commit '$(id)'"],
    [["papers.git", "f".repeat(40)], 2, "gives no commit"],
    [["nowhere.git", "main"], 5, "does not appear to be a git repository"],
    [["https://a:b@git.example/x", "main"], 2, "No user and no token stand in an address"],
    [["ext::sh", "main"], 2, "is no address that can be used"],
  ])("%j is refused", async (args, code, words) => {
    const { folder } = await folderWith({ "a.yaml": "" });
    const ended = await reprise(folder, ["gitops", "plan", ...args]);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(words)]);
    expect(ended.stderr).not.toContain("bug in Reprise");
  });
});

test("killed at any moment, with its git, it goes on the next time", { timeout: 180_000 }, async () => {
  const { folder, repository } = await folderWith({
    ".reprise/gitops.yaml": policy(),
    "recipes/a.yaml": recipe("a", { one: noop(1) }),
  });
  for (const wait of [300, 450, 600, 800, 1000, 1300]) {
    const noise = Buffer.from(Array.from({ length: 500_000 }, () => Math.floor(Math.random() * 256)));
    await repository.commit({ "a.bin": noise });
    const plan = start(folder, ["gitops", "plan", "papers.git", "main"]);
    await sleep(wait);
    if (plan.pid !== undefined && plan.exitCode === null) process.kill(-plan.pid, "SIGKILL");
    await plan;
  }
  const ended = await reprise(folder, ["gitops", "plan", "papers.git", "main"]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout).toContain("recipes/a.yaml: 1 run");
});

test(
  "gitops bisect runs only commits whose contents differ, and names the one where the claims turned",
  { timeout: 300_000 },
  async () => {
    const claims = (below: number) => ({
      claims: [{ id: "nothing", says: "It does nothing.", metric: "one.nothing", at_most: below }],
    });
    const text = (value: number, below: number) => recipe("a", { one: noop(value) }, claims(below));
    const { folder, repository, sha: good } = await folderWith({ "a.yaml": text(1, 1) });
    stopServerAfterwards(folder);
    const shas: string[] = [];
    for (const [value, below] of [
      [1, 1],
      [2, 1],
      [2, 1],
      [3, -1],
      [3, -1],
      [4, -1],
    ] as const)
      shas.push(await repository.commit({ "a.yaml": text(value, below), README: String(shas.length) }));
    const args = ["gitops", "bisect", "a.yaml", `${good}..main`, "-r", "papers.git"];
    const dry = await reprise(folder, [...args, "--dry-run"]);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain("7 commits, of which 'a.yaml' differs in 4: 0 judged before, 0 invalid.");
    const ended = await reprise(folder, [...args, "--json"]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const document = json(ended.stdout) as unknown as {
      first: string;
      good: string;
      stretches: { run: string | null }[];
    };
    expect([document.first, document.good]).toEqual([shas[3], shas[2]]);
    const runs = document.stretches.flatMap(({ run }) => run ?? []);
    expect(new Set(runs).size).toBe(4);
    const again = await reprise(folder, args);
    expect(again.stdout).toContain("differs in 4: 4 judged before");
    expect(again.stdout).toContain(`${shas[3]!} is the first commit whose claims are not reproduced.`);
    const backwards = await reprise(folder, [
      "gitops",
      "bisect",
      "a.yaml",
      `main..${good}`,
      "-r",
      "papers.git",
    ]);
    expect([backwards.code, backwards.stderr]).toEqual([2, expect.stringContaining("No commit comes after")]);
  },
);
