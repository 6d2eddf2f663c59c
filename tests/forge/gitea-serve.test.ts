import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import getPort from "get-port";
import { beforeAll, describe, expect, test } from "vitest";
import { start, stopServerAfterwards } from "../support/cli.ts";
import { afterwards, temporaryFolder } from "../support/folders.ts";
import { noop } from "../support/gitops.ts";
import { clone, type Tree } from "./git.ts";
import { built, startGitea, type Gitea } from "./start-gitea.ts";

const SECRET = "a secret of the webhook";

const recipe = (value: number, claim: string): string =>
  `recipe: 1\nname: a\nsteps:\n  one: ${JSON.stringify(noop(value))}\nclaims:\n  - ${claim}\n`;
const HOLDS = "{ id: nothing, metric: one.nothing, at_most: 0 }";
const FALLS = "{ id: nothing, metric: one.nothing, at_least: 1 }";

const POLICY = JSON.stringify({
  gitops: 1,
  pipelines: {
    all: {
      recipes: ["recipes/*.yaml"],
      on: { push: { branches: ["main"] }, pull_request: { branches: ["main"] } },
      run: { pull_request: "after-approval" },
    },
  },
});

/** `reprise gitops serve` with a real Gitea: what somebody sees who works with pull requests. */
describe.skipIf(built === null)("a pull request on Gitea", { timeout: 120_000 }, () => {
  let gitea: Gitea;
  const tokens: Record<string, string> = {};
  let tree: Tree;
  let folder = "";
  let env: Record<string, string> = {};
  let listen = 0;

  const ask = (who: string, method: string, place: string, body?: object) =>
    gitea.ask(tokens[who]!, method, `/repos/lab/papers${place}`, body);
  const gate = (number: number): Promise<number> =>
    gitea.statusOf(tokens["author"]!, "POST", `/repos/lab/papers/pulls/${number}/merge`, { Do: "merge" });
  const shown = async (sha: string): Promise<{ status: string; description: string } | undefined> => {
    const { statuses } = (await ask("bot", "GET", `/commits/${sha}/status`)) as {
      statuses: { context: string; status: string; description: string }[] | null;
    };
    return (statuses ?? []).find(({ context }) => context === "reprise");
  };
  const becomes = (sha: string, wanted: object, timeout = 60_000) =>
    expect.poll(() => shown(sha), { timeout, interval: 200 }).toMatchObject(wanted);
  const comments = async (number: number) =>
    (await ask("bot", "GET", `/issues/${number}/comments`)) as {
      id: number;
      body: string;
      user: { login: string };
    }[];
  const ours = async (number: number) => (await comments(number)).filter(({ user }) => user.login === "bot");
  const says = (number: number, text: string | RegExp) =>
    expect
      .poll(async () => (await ours(number)).map(({ body }) => body).join("\n---\n"), {
        timeout: 60_000,
        interval: 200,
      })
      .toMatch(text);
  const approvalIn = async (number: number): Promise<string> =>
    /^\/reprise approve .*$/m.exec((await ours(number))[0]!.body)![0];
  const runs = (): number => readdirSync(path.join(folder, ".reprise", "runs")).length;

  const serve = (): ReturnType<typeof start> => {
    const serving = start(folder, ["gitops", "serve", "--listen", `127.0.0.1:${listen}`], env);
    afterwards(() => serving.kill("SIGTERM"));
    return serving;
  };

  beforeAll(async () => {
    gitea = await startGitea();
    tokens["admin"] = await gitea.account("admin", { admin: true });
    for (const name of ["bot", "author", "stranger"]) tokens[name] = await gitea.account(name);
    await gitea.ask(tokens["admin"], "POST", "/orgs", { username: "lab" });
    await gitea.ask(tokens["admin"], "POST", "/orgs/lab/repos", {
      name: "papers",
      auto_init: true,
      default_branch: "main",
    });
    for (const [name, permission] of [
      ["bot", "admin"],
      ["author", "write"],
    ])
      await ask("admin", "PUT", `/collaborators/${name}`, { permission });
    listen = await getPort();
    await ask("admin", "POST", "/hooks", {
      ...{
        type: "gitea",
        active: true,
        events: ["push", "create", "delete", "pull_request", "pull_request_sync", "issue_comment"],
      },
      config: { url: `http://127.0.0.1:${listen}/hooks/papers`, content_type: "json", secret: SECRET },
    });
    await ask("admin", "POST", "/branch_protections", {
      ...{
        rule_name: "main",
        enable_push: true,
        enable_status_check: true,
        status_check_contexts: ["reprise"],
      },
    });
    tree = await clone(gitea.url, "lab/papers", tokens["author"]!, "author");
    folder = temporaryFolder();
    env = { BOT_TOKEN: tokens["bot"]!, HOOK_SECRET: SECRET };
    writeFileSync(
      path.join(folder, "gitops.yaml"),
      JSON.stringify({
        gitops: 1,
        repositories: {
          papers: {
            ...{ url: `${gitea.url}/lab/papers.git`, forge: "gitea", token: { env: "BOT_TOKEN" } },
            // What is seen earlier is seen by webhooks.
            ...{ webhook_secret: { env: "HOOK_SECRET" }, poll: "60s" },
          },
        },
      }),
    );
    stopServerAfterwards(folder);
    void serve();
  }, 120_000);

  test("a push to main is judged, and its status stands at the commit", async () => {
    tree.write({ ".reprise/gitops.yaml": POLICY, "recipes/a.yaml": recipe(1, HOLDS) });
    const sha = await tree.commit("Recipes");
    // Before the server listens, polling finds it.
    await tree.git("push", "--quiet", "origin", "main");
    await becomes(sha, { status: "success", description: "1 of 1 claim reproduced" });
    expect(runs()).toBe(1);
  });

  test("a pull request is planned, waits, and the gate stays closed", async () => {
    await tree.git("checkout", "--quiet", "-b", "change");
    tree.write({ "recipes/a.yaml": recipe(2, FALLS) });
    const sha = await tree.commit("A claim that falls");
    await tree.git("push", "--quiet", "origin", "change");
    await ask("author", "POST", "/pulls", { head: "change", base: "main", title: "A change" });
    const began = performance.now();
    await becomes(sha, {
      status: "pending",
      description: expect.stringMatching(/^Waits for approval: 1 to run/),
    });
    await says(1, /RUN one \(run\/noop\)/);
    // By the webhook: the interval is a minute.
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(await gate(1)).toBe(405);
    expect(runs()).toBe(1);
  });

  test("our comment, deleted by somebody, is there again", async () => {
    const [comment] = await ours(1);
    await ask("admin", "DELETE", `/issues/comments/${comment!.id}`);
    await says(1, /^\/reprise approve /m);
    expect((await ours(1)).map(({ id }) => id)).not.toContain(comment!.id);
  });

  test("what a stranger says is no approval", async () => {
    const line = await approvalIn(1);
    await ask("stranger", "POST", "/issues/1/comments", { body: line });
    // Nor an approval of another commit, or of other plans, by whom it is.
    await ask("author", "POST", "/issues/1/comments", {
      body: line.replace(/ [0-9a-f]{12}$/, " 000000000000"),
    });
    await ask("author", "POST", "/issues/1/comments", {
      body: line.replace(/ [0-9a-f]{40} /, ` ${"0".repeat(40)} `),
    });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(runs()).toBe(1);
    await says(1, "waiting for approval");
  });

  test("approved by an author who may write, it runs; a claim that falls keeps the gate closed, and is told beside the base", async () => {
    await ask("author", "POST", "/issues/1/comments", { body: await approvalIn(1) });
    const sha = (await tree.git("rev-parse", "change")).trim();
    await becomes(sha, { status: "failure", description: "0 of 1 claim reproduced; not: nothing" });
    await says(1, /`nothing` reproduced → not reproduced/);
    expect(await gate(1)).toBe(405);
    expect(runs()).toBe(2);
  });

  test("the next push needs an approval of its own, reproduces, and is merged; one comment tells it all", async () => {
    tree.write({ "recipes/a.yaml": recipe(3, HOLDS) });
    const sha = await tree.commit("A claim that holds");
    await tree.git("push", "--quiet", "origin", "change");
    await becomes(sha, { status: "pending" });
    await says(1, new RegExp(`/reprise approve ${sha} `));
    await ask("author", "POST", "/issues/1/comments", { body: await approvalIn(1) });
    await becomes(sha, { status: "success", description: "1 of 1 claim reproduced" });
    await says(1, "### Reprise: reproduced");
    await says(1, "Approved by author.");
    expect(await ours(1)).toHaveLength(1);
    await expect.poll(() => gate(1), { timeout: 20_000, interval: 500 }).toBe(200);
  });

  test("the merge carries the verdict over: nothing runs", async () => {
    await tree.git("fetch", "--quiet", "origin");
    const sha = (await tree.git("rev-parse", "origin/main")).trim();
    await becomes(sha, { status: "success", description: expect.stringContaining("carried over from run") });
    expect(runs()).toBe(3);
  });

  test("of a fork is planned from objects, and nothing of it runs before somebody says so (complaint 10)", async () => {
    await gitea.ask(tokens["stranger"]!, "POST", "/repos/lab/papers/forks", {});
    const fork = await clone(gitea.url, "stranger/papers", tokens["stranger"]!, "stranger");
    const touched = path.join(folder, "touched");
    fork.write({
      "recipes/a.yaml": recipe(4, HOLDS),
      "recipes/evil.yaml": `recipe: 1\nname: evil\nsteps:\n  one: { uses: run/command, with: { argv: [touch, ${JSON.stringify(touched)}] } }\n`,
      ".reprise/gitops.yaml": POLICY.replace('"after-approval"', '"always"'),
    });
    const sha = await fork.commit("Evil");
    await fork.git("push", "--quiet", "origin", "main");
    await ask("stranger", "POST", "/pulls", { head: "stranger:main", base: "main", title: "Evil" });
    await says(2, "This pull request changes `.reprise/gitops.yaml`");
    await becomes(sha, { status: expect.stringMatching(/pending|failure|error/) });
    await says(2, "waiting for approval");
    // What somebody wrote into our comment is no word of ours.
    const [comment] = await ours(2);
    const body = comment!.body.replaceAll("waiting for approval", "reproduced");
    await ask("admin", "PATCH", `/issues/comments/${comment!.id}`, { body });
    await says(2, "waiting for approval");
    await ask("stranger", "POST", "/issues/2/comments", { body: await approvalIn(2) });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(runs()).toBe(3);
    await ask("author", "POST", "/issues/2/comments", { body: await approvalIn(2) });
    await expect.poll(runs, { timeout: 60_000, interval: 500 }).toBe(4);
    await says(2, /`recipes\/a\.yaml` \| reproduced/);
    // A program of a stranger's never runs, whoever approves.
    expect(existsSync(touched)).toBe(false);
  });

  test("closed while it waits, the comment does not go on to say that it does", async () => {
    await tree.git("checkout", "--quiet", "-b", "given-up", "origin/main");
    tree.write({ "recipes/a.yaml": recipe(6, HOLDS) });
    await tree.commit("Given up");
    await tree.git("push", "--quiet", "origin", "given-up");
    await ask("author", "POST", "/pulls", { head: "given-up", base: "main", title: "Given up" });
    await says(3, /^\/reprise approve /m);
    await ask("author", "PATCH", "/pulls/3", { state: "closed" });
    await says(3, "### Reprise: superseded");
    expect(await ours(3)).toHaveLength(1);
    expect((await ours(3))[0]!.body).not.toContain("/reprise approve ");
  });

  test("while Gitea is away nothing is lost, and a status is sent when it is back", async () => {
    await tree.git("checkout", "--quiet", "-b", "later", "origin/main");
    tree.write({ "recipes/a.yaml": recipe(5, HOLDS) });
    const sha = await tree.commit("Later");
    await tree.git("push", "--quiet", "origin", "later:main").catch(() => undefined);
    await ask("bot", "GET", `/git/commits/${sha}`);
    await gitea.stop();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await gitea.start();
    await becomes(sha, { status: "success" }, 100_000);
  });
});
