import { describe, expect, test } from "vitest";
import { openForge } from "../../../gitops/forge/open.ts";
import type { Status } from "../../../schemas/gitops.ts";
import { scriptedForge, type Reply } from "./scripted-forge.ts";

// Answers in the shapes that docs.gitlab.com has for each request. GitLab itself was not asked.
const SHA = "b".repeat(40);
const P = "/projects/group%2Fsub%2Fpapers";
const READ = `GET ${P}/repository/commits/${SHA}/statuses`;
const WRITE = `POST ${P}/statuses/${SHA}`;
const status = (state: Status["state"], description = "Words"): Status => ({
  ...{ sha: SHA, context: "reprise", state, description, url: null },
});
const open = (api: string) =>
  openForge({
    kind: "gitlab",
    url: "https://gitlab.com/group/sub/papers.git",
    api,
    project: null,
    login: { token: "glpat-secret" },
  });
const shown = (id: number, state: string, more: object = {}): object => ({
  ...{ id, name: "reprise", status: state, description: "Words", target_url: null, pipeline_id: 4 },
  ...more,
});
const list = (...items: object[]): Reply => ({ body: items });
const CANNOT: Reply = {
  status: 400,
  body: {
    message:
      'Cannot transition status via :run from :running (Reason(s): Status cannot transition via "run")',
  },
};

describe("statuses", () => {
  test.each([
    ["planned", "success"],
    ["untrusted", "pending"],
    ["not-allowed", "failed"],
    ["queued", "pending"],
    ["running", "running"],
    ["reproduced", "success"],
    ["not-reproduced", "failed"],
    ["failed", "failed"],
    ["superseded", "canceled"],
    ["cancelled", "canceled"],
  ] as const)("%s is shown as %s", async (state, word) => {
    const { url, of } = await scriptedForge({ [READ]: list(), [WRITE]: { status: 201 } });
    expect(await open(url).status(status(state))).toBe("sent");
    expect(of("POST")).toMatchObject([
      {
        headers: { "private-token": "glpat-secret" },
        body: { state: word, name: "reprise", description: "Words" },
      },
    ]);
  });

  test("one of a fork's commit is refused, which keeps nothing else back; one of no commit is gone", async () => {
    const answers = ["404 References for commit Not Found", "404 Commit Not Found"].map((message) => ({
      status: 404,
      body: { message },
    }));
    const { url } = await scriptedForge({ [READ]: list(), [WRITE]: answers });
    const forge = open(url);
    await expect(forge.status(status("queued"))).rejects.toMatchObject({
      fault: "refused",
      message: expect.stringContaining("on no branch of the project"),
    });
    await expect(forge.status(status("queued"))).rejects.toMatchObject({ fault: "gone" });
  });

  test("the next one of a commit goes to the same pipeline, by the newest entry of the context (complaint 14)", async () => {
    const { url, of } = await scriptedForge({
      [READ]: list(
        shown(9, "running", { pipeline_id: 41 }),
        shown(7, "failed", { pipeline_id: 40 }),
        shown(11, "success", { name: "reprise/a", pipeline_id: 42 }),
      ),
      [WRITE]: { status: 201 },
    });
    expect(await open(url).status(status("reproduced"))).toBe("sent");
    expect(of("POST")).toMatchObject([{ body: { state: "success", pipeline_id: 41 } }]);
  });

  test("tells whether some are shown as they were sent, by the newest of each", async () => {
    const { url } = await scriptedForge({
      [READ]: list(
        shown(1, "success"),
        shown(3, "failed", { description: "Other words" }),
        shown(2, "running", { name: "reprise/a", description: "Runs as before" }),
      ),
    });
    const shows = (...statuses: Status[]) => open(url).shows(SHA, statuses);
    const running = { ...status("running"), context: "reprise/a" };
    expect(await shows(status("failed", "Other words"), running)).toBe(true);
    expect(await shows(status("failed"))).toBe(false);
    expect(await shows(status("reproduced"))).toBe(false);
    expect(await shows(running, { ...running, context: "reprise/b" })).toBe(false);
  });

  test("running is not sent to a running one, equal ones are not sent", async () => {
    const { url, of } = await scriptedForge({ [READ]: list(shown(1, "running")), [WRITE]: CANNOT });
    expect(await open(url).status(status("running", "Runs as another"))).toBe("unchanged");
    expect(await open(url).status(status("running"))).toBe("unchanged");
    expect(of("POST")).toEqual([]);
  });

  test("a transition that it refuses counts as done when the state is the wanted one, and only then (complaint 14)", async () => {
    const one = await scriptedForge({ [READ]: list(shown(1, "pending")), [WRITE]: CANNOT });
    expect(await open(one.url).status(status("queued", "Waits for its turn"))).toBe("unchanged");
    // Somebody else was faster.
    const two = await scriptedForge({
      [READ]: [list(shown(1, "pending")), list(shown(1, "success"))],
      [WRITE]: CANNOT,
    });
    expect(await open(two.url).status(status("reproduced"))).toBe("unchanged");
    const three = await scriptedForge({ [READ]: list(shown(1, "pending")), [WRITE]: CANNOT });
    await expect(open(three.url).status(status("reproduced"))).rejects.toMatchObject({ fault: "refused" });
    const four = await scriptedForge({
      [READ]: list(shown(1, "pending")),
      [WRITE]: { status: 400, body: { error: "name is too long" } },
    });
    await expect(open(four.url).status(status("queued", "Else"))).rejects.toMatchObject({ fault: "refused" });
  });
});

test("merge requests are pull requests; one of another project is a fork; one that GitLab has not looked at yet is left", async () => {
  const merge = (iid: number, more: object = {}): object => ({
    ...{
      iid,
      sha: SHA,
      target_branch: "main",
      source_project_id: 1,
      target_project_id: 1,
      author: { username: "ada" },
    },
    ...more,
  });
  const { url } = await scriptedForge({
    [`GET ${P}/merge_requests`]: list(
      merge(3),
      merge(4, { source_project_id: 2 }),
      merge(5, { source_project_id: null, author: null }),
      merge(6, { sha: null }),
    ),
  });
  const forge = open(url);
  expect(await forge.pullRequests()).toEqual([
    { number: 3, head: SHA, base: "main", fork: false, author: "ada" },
    { number: 4, head: SHA, base: "main", fork: true, author: "ada" },
    { number: 5, head: SHA, base: "main", fork: true, author: null },
  ]);
  expect(forge.pullRef(3)).toBe("refs/merge-requests/3/head");
  expect(await forge.gitLogin()).toEqual({ username: "oauth2", password: "glpat-secret" });
});

test("permissions are by level, of members who are active", async () => {
  const level = async (access_level: number, more: { user?: object; member?: object } = {}) => {
    const { url } = await scriptedForge({
      "GET /users": list({ id: 5, username: "Ada", state: "active", ...more.user }),
      [`GET ${P}/members/all/5`]: { body: { access_level, state: "active", ...more.member } },
    });
    return open(url).permission("ada");
  };
  expect(await Promise.all([50, 40, 30, 25, 20, 15, 10, 5, 0].map((access) => level(access)))).toEqual([
    ...["admin", "admin", "write", "read", "read", "read", "read", "read", "none"],
  ]);
  expect(await level(50, { user: { state: "blocked" } })).toBe("none");
  expect(await level(50, { member: { state: "awaiting" } })).toBe("none");
  // A search may give others.
  expect(await level(50, { user: { username: "ada2" } })).toBe("none");
  const { url } = await scriptedForge({ "GET /users": list({ id: 5, username: "ada", state: "active" }) });
  expect(await open(url).permission("ada")).toBe("none");
});

test("keeps one note; GitLab's own and those of others are no comment of ours", async () => {
  const note = (id: number, author: number, body: string, system = false): object => ({
    id,
    system,
    body,
    author: { id: author, username: `user${author}` },
  });
  const marker = "<!-- reprise:papers -->";
  const { url, of } = await scriptedForge({
    "GET /user": { body: { id: 2, username: "bot" } },
    [`GET ${P}/merge_requests/3/notes`]: list(
      note(1, 2, `${marker} moved`, true),
      note(2, 9, `${marker}\nx`),
      note(3, 2, `${marker}\none`),
    ),
    [`PUT ${P}/merge_requests/3/notes/3`]: {},
  });
  const forge = open(url);
  expect(await forge.comments(3)).toEqual([
    { id: 2, author: "user9", ours: false, body: `${marker}\nx` },
    { id: 3, author: "user2", ours: true, body: `${marker}\none` },
  ]);
  expect(await forge.comment(3, marker, `${marker}\none`)).toBe("unchanged");
  expect(await forge.comment(3, marker, `${marker}\ntwo`)).toBe("edited");
  expect(of("PUT")).toMatchObject([{ body: { body: `${marker}\ntwo` } }]);
});
