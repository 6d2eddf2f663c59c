import { beforeAll, describe, expect, test } from "vitest";
import { openForge } from "../../gitops/forge/open.ts";
import type { Forge } from "../../gitops/forge/forge.ts";
import type { Status } from "../../schemas/gitops.ts";
import { clone, type Tree } from "./git.ts";
import { built, startGitea, type Gitea } from "./start-gitea.ts";

const MARKER = "<!-- reprise:papers -->";

/** The port against a real Gitea. */
describe.skipIf(built === null)("Gitea", () => {
  let gitea: Gitea;
  let forge: Forge;
  let [bot, author, stranger] = ["", "", ""];
  let tree: Tree;
  let head = "";
  const open = (token: string): Forge =>
    openForge({
      kind: "gitea",
      url: `${gitea.url}/lab/papers.git`,
      api: null,
      project: null,
      login: { token },
    });
  const status = (state: Status["state"], more: Partial<Status> = {}): Status => ({
    ...{ sha: head, context: "reprise", state, description: "In words", url: null },
    ...more,
  });

  beforeAll(async () => {
    gitea = await startGitea();
    const admin = await gitea.account("admin", { admin: true });
    [bot, author, stranger] = [
      await gitea.account("bot"),
      await gitea.account("author"),
      await gitea.account("stranger"),
    ];
    await gitea.ask(admin, "POST", "/orgs", { username: "lab" });
    await gitea.ask(admin, "POST", "/orgs/lab/repos", {
      name: "papers",
      auto_init: true,
      default_branch: "main",
    });
    for (const [name, permission] of [
      ["bot", "admin"],
      ["author", "write"],
    ])
      await gitea.ask(admin, "PUT", `/repos/lab/papers/collaborators/${name}`, { permission });
    tree = await clone(gitea.url, "lab/papers", author, "author");
    tree.write({ "recipes/a.yaml": "one\n" });
    head = await tree.commit("One");
    await tree.git("push", "--quiet", "origin", "main");
    forge = open(bot);
  }, 120_000);

  const shown = async (): Promise<string[]> => {
    const all = (await gitea.ask(bot, "GET", `/repos/lab/papers/commits/${head}/statuses?limit=50`)) as {
      status: string;
    }[];
    return all.map((one) => one.status).sort();
  };

  test("shows a status once, whatever it is asked", async () => {
    expect(await forge.status(status("waiting-for-approval"))).toBe("sent");
    expect(await forge.status(status("waiting-for-approval"))).toBe("unchanged");
    expect(await forge.status(status("queued"))).toBe("unchanged");
    expect(await shown()).toEqual(["pending"]);
    expect(await forge.status(status("running", { description: "Runs" }))).toBe("sent");
    expect(await forge.status(status("reproduced", { context: "reprise/other" }))).toBe("sent");
    expect(await forge.status(status("running", { description: "Runs" }))).toBe("unchanged");
    expect(await shown()).toEqual(["pending", "pending", "success"]);
  });

  test.each([
    ["reproduced", "success"],
    ["reported", "success"],
    ["unclaimed", "success"],
    ["unaffected", "success"],
    ["planned", "success"],
    ["untrusted", "pending"],
    ["not-allowed", "failure"],
    ["not-reproduced", "failure"],
    ["new-deviations", "failure"],
    ["invalid", "failure"],
    ["failed", "error"],
  ] as const)("takes %s as %s", async (state, word) => {
    await forge.status(status(state, { context: `reprise/${state}` }));
    const found = (await gitea.ask(bot, "GET", `/repos/lab/papers/commits/${head}/status`)) as {
      statuses: { context: string; status: string }[];
    };
    expect(found.statuses.find(({ context }) => context === `reprise/${state}`)?.status).toBe(word);
  });

  test("finds its status among 60 contexts, which come in pages", async () => {
    for (let index = 0; index < 60; index += 1)
      await forge.status(status("queued", { context: `many/${index}` }));
    expect(await forge.status(status("queued", { context: "many/0" }))).toBe("unchanged");
    expect(await forge.status(status("queued", { context: "many/59" }))).toBe("unchanged");
  });

  test("says that a commit is not there", async () => {
    await expect(forge.status(status("planned", { sha: "1".repeat(40) }))).rejects.toMatchObject({
      fault: "gone",
    });
  });

  test("says who may do what", async () => {
    expect(await forge.permission("author")).toBe("write");
    expect(await forge.permission("bot")).toBe("admin");
    expect(await forge.permission("admin")).toBe("admin");
    expect(await forge.permission("stranger")).toBe("read");
    for (const name of ["nobody-at-all", "..", "../..", "", "a/b", "a?b", "a%2Fb"])
      expect(await forge.permission(name)).toBe("none");
  });

  test("says that a token is wrong, or may not do this", async () => {
    await expect(open("0".repeat(40)).status(status("planned"))).rejects.toMatchObject({ fault: "denied" });
    await expect(open(stranger).status(status("failed"))).rejects.toMatchObject({ fault: "denied" });
  });

  test("lists pull requests of this repository and of a fork, and their heads can be fetched", async () => {
    await tree.git("checkout", "--quiet", "-b", "change");
    tree.write({ "recipes/a.yaml": "two\n" });
    const own = await tree.commit("Two");
    await tree.git("push", "--quiet", "origin", "change");
    await gitea.ask(author, "POST", "/repos/lab/papers/pulls", {
      head: "change",
      base: "main",
      title: "Two",
    });
    await gitea.ask(stranger, "POST", "/repos/lab/papers/forks", {});
    const fork = await clone(gitea.url, "stranger/papers", stranger, "stranger");
    fork.write({ "recipes/a.yaml": "three\n" });
    const theirs = await fork.commit("Three");
    await fork.git("push", "--quiet", "origin", "main");
    await gitea.ask(stranger, "POST", "/repos/lab/papers/pulls", {
      head: "stranger:main",
      base: "main",
      title: "Three",
    });
    const pulls = await forge.pullRequests();
    expect(pulls.sort((a, b) => a.number - b.number)).toEqual([
      { number: 1, head: own, base: "main", fork: false, author: "author" },
      { number: 2, head: theirs, base: "main", fork: true, author: "stranger" },
    ]);
    const refs = await tree.git("ls-remote", "origin", forge.pullRef(2));
    expect(refs.split("\t")[0]).toBe(theirs);
    // A status of the fork's commit is shown in this repository.
    expect(await forge.status(status("planned", { sha: theirs }))).toBe("sent");
  });

  test("of a fork that is deleted the pull request is closed", async () => {
    await gitea.ask(stranger, "DELETE", "/repos/stranger/papers");
    expect((await forge.pullRequests()).map(({ number }) => number)).toEqual([1]);
  });

  test("keeps one comment over 30 pushes, and edits nobody else's (complaint 12)", async () => {
    // 60 of somebody else, the first with our marker: comments come in pages, and a marker proves nothing.
    await gitea.ask(stranger, "POST", "/repos/lab/papers/issues/1/comments", {
      body: `${MARKER}\nI am Reprise.`,
    });
    for (let index = 0; index < 60; index += 1)
      await gitea.ask(author, "POST", "/repos/lab/papers/issues/1/comments", { body: `Comment ${index}` });
    expect(await forge.comment(1, MARKER, `${MARKER}\nPlanned`)).toBe("written");
    expect(await forge.comment(1, MARKER, `${MARKER}\nPlanned`)).toBe("unchanged");
    for (let push = 0; push < 30; push += 1)
      expect(await forge.comment(1, MARKER, `${MARKER}\nPush ${push}`)).toBe("edited");
    const comments = await forge.comments(1);
    expect(comments).toHaveLength(62);
    expect(comments[0]).toMatchObject({ author: "stranger", ours: false, body: `${MARKER}\nI am Reprise.` });
    expect(comments.filter(({ ours }) => ours)).toMatchObject([
      { author: "bot", body: `${MARKER}\nPush 29` },
    ]);
  });

  test("a comment of ours that was deleted is written anew", async () => {
    const { id } = (await forge.comments(1)).find(({ ours }) => ours)!;
    await gitea.ask(bot, "DELETE", `/repos/lab/papers/issues/comments/${id}`);
    expect(await forge.comment(1, MARKER, `${MARKER}\nAgain`)).toBe("written");
  });

  test("git logs in with what the forge gives", async () => {
    const { username, password } = (await forge.gitLogin())!;
    await expect(clone(gitea.url, "lab/papers", password, username)).resolves.toMatchObject({});
  });

  test("its branch protection takes success for the aggregate, and nothing else", async () => {
    await gitea.ask(bot, "POST", "/repos/lab/papers/branch_protections", {
      ...{ rule_name: "main", enable_status_check: true, status_check_contexts: ["reprise"] },
    });
    const sha = (await forge.pullRequests()).find(({ number }) => number === 1)!.head;
    const merge = (): Promise<number> =>
      gitea.statusOf(author, "POST", "/repos/lab/papers/pulls/1/merge", { Do: "merge" });
    expect(await merge()).toBe(405);
    for (const state of [
      "planned",
      "waiting-for-approval",
      "queued",
      "running",
      "not-reproduced",
      "failed",
      "new-deviations",
      "invalid",
      "superseded",
      "cancelled",
    ] as const) {
      await forge.status(status(state, { sha, description: state }));
      expect([state, await merge()]).toEqual([state, 405]);
    }
    await forge.status(status("reproduced", { sha, description: "2 of 2 claims reproduced" }));
    // It may be looking at the branches just now, and says the same then.
    await expect.poll(merge, { timeout: 20_000, interval: 500 }).toBe(200);
  });

  test("is waited for while it is away", async () => {
    await gitea.stop();
    await expect(forge.pullRequests()).rejects.toMatchObject({ fault: "unavailable" });
    await gitea.start();
    expect(await forge.pullRequests()).toEqual([]);
  });

  test("a repository that was renamed is told, not followed", async () => {
    const admin = await gitea.account("second", { admin: true });
    await gitea.ask(admin, "PATCH", "/repos/lab/papers", { name: "renamed" });
    await expect(forge.pullRequests()).rejects.toMatchObject({ message: expect.stringContaining("renamed") });
  });
});
