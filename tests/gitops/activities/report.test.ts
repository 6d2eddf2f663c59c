import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { describe, expect, test } from "vitest";
import { activitiesWith } from "../../../gitops/activities/index.ts";
import type { Around, Followed } from "../../../gitops/activities/followed.ts";
import { openForge } from "../../../gitops/forge/open.ts";
import { overwritten } from "../../../gitops/serve/overwritten.ts";
import { openStore } from "../../../store/store.ts";
import { readTroubles } from "../../../gitops/state/trouble.ts";
import type { StatusState } from "../../../schemas/gitops.ts";
import type { CommitStanding, Item, Showing } from "../../../schemas/gitops-work.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { scriptedForge, type Reply } from "../forge/scripted-forge.ts";

const SHA = "a".repeat(40);
const R = "/repos/lab/papers";

const item = (state: StatusState): Item => ({
  ...{ key: "a", recipe: "recipes/a.yaml", profile: null, lines: ["refs/pull/7/head"], order: 1 },
  ...{ supersede: "queue", content: "c", approval: "d", attempt: 1, state, run: null, note: null },
});
const standing = (state: StatusState): CommitStanding => ({
  ...{ repository: "papers", sha: SHA, items: [item(state)], unaffected: 0, problems: [], trouble: null },
  triggers: [{ kind: "pull_request", ref: "refs/pull/7/head", sha: SHA, base: null, pull: null, by: null }],
});

/** A GitHub that keeps what it takes, unless `mood` has another answer for a request. */
async function lab() {
  const shown: { context: string; state: string; description: string }[] = [];
  const comments: { id: number; user: { id: number; login: string }; body: string }[] = [];
  const mood: Reply[] = [];
  const instead = (usual: () => Reply): Reply => mood.shift() ?? usual();
  const { url, asked } = await scriptedForge({
    "GET /user": () => instead(() => ({ body: { id: 5, login: "bot" } })),
    [`GET ${R}/commits/${SHA}/status`]: () => instead(() => ({ body: { statuses: shown.toReversed() } })),
    [`POST ${R}/statuses/${SHA}`]: ({ body }) =>
      instead(() => {
        shown.push(body as (typeof shown)[number]);
        return { status: 201 };
      }),
    [`GET ${R}/issues/7/comments`]: () => instead(() => ({ body: comments })),
    [`POST ${R}/issues/7/comments`]: ({ body }) =>
      instead(() => {
        comments.push({
          id: comments.length + 1,
          user: { id: 5, login: "bot" },
          body: (body as { body: string }).body,
        });
        return { status: 201 };
      }),
    [`PATCH ${R}/issues/comments/1`]: ({ body }) =>
      instead(() => {
        comments[0]!.body = (body as { body: string }).body;
        return {};
      }),
  });
  const root = temporaryFolder();
  const places = openStore(root).gitops.repository("papers");
  mkdirSync(path.dirname(places.seen), { recursive: true });
  /** The head of the one pull request at the newest look; null: it is closed. */
  const pullAt = (head: string | null): void => {
    const pulls = head === null ? [] : [{ number: 7, head, base: "main", fork: false, author: "ada" }];
    writeFileSync(
      places.seen,
      JSON.stringify({ generation: "1", bases: {}, heads: { defaultBranch: "main", refs: {}, pulls } }),
    );
  };
  pullAt(SHA);
  const forge = openForge({
    kind: "github",
    url: "https://github.com/lab/papers.git",
    api: url,
    project: null,
    login: { token: "t" },
  });
  const followed = {
    served: { name: "papers", trust: { approvers: "write" } },
    places,
    forge,
  } as unknown as Followed;
  const around = { store: openStore(root), followed: new Map([["papers", followed]]) } as unknown as Around;
  const report = (state: StatusState, more: Partial<Showing> = {}): Promise<unknown> =>
    new MockActivityEnvironment().run(activitiesWith(around).report, { ...standing(state), ...more });
  return { asked, shown, comments, mood, places, pullAt, report, lost: () => overwritten(followed) };
}

const LIMITED: Reply = {
  status: 403,
  headers: { "retry-after": "90" },
  body: { message: "secondary rate limit" },
};

describe("while a forge is in trouble (complaint 13)", () => {
  test("a limit is waited for as long as it says, and then goes on where it was", async () => {
    const { report, mood, shown, comments, places } = await lab();
    mood.push({ body: { statuses: [] } }, { status: 201 }, LIMITED);
    await expect(report("running")).rejects.toMatchObject({
      type: "forge-limited",
      nextRetryDelay: "90 seconds",
    });
    expect((await readTroubles(places)).forge?.says).toContain(
      "took no more requests (403): secondary rate limit",
    );
    expect(await report("running")).toBe("shown");
    // The first one was taken before the limit, and is not sent again.
    expect(shown.map(({ context }) => context)).toEqual(["reprise/a"]);
    expect(comments).toHaveLength(1);
    expect(await readTroubles(places)).toEqual({});
  });

  test("a storm of 500s ends with each status and comment shown once", async () => {
    const { report, mood, shown, comments } = await lab();
    let failures = 0;
    for (const state of ["queued", "running", "reproduced"] as const) {
      for (let tries = 0; tries < 50; tries += 1) {
        if (tries % 2 === 0) mood.push({ status: [500, 502, 503, 504][tries % 4]!, body: "<html>" });
        const done = await report(state).catch(
          (error: { type: string; nextRetryDelay?: unknown }) => error.type,
        );
        if (done === "shown") break;
        expect(done).toBe("forge-unavailable");
        failures += 1;
      }
    }
    expect(failures).toBeGreaterThanOrEqual(3);
    expect(shown.map(({ context, state }) => `${context} ${state}`)).toEqual([
      ...[
        "reprise pending",
        "reprise/a pending",
        "reprise pending",
        "reprise/a pending",
        "reprise success",
        "reprise/a success",
      ],
    ]);
    expect(comments).toHaveLength(1);
    expect(comments[0]!.body).toContain("### Reprise: reproduced");
  });

  test("what stands there already is not asked for again", async () => {
    const { report, asked } = await lab();
    await report("running");
    const before = asked.length;
    for (let again = 0; again < 20; again += 1) expect(await report("running")).toBe("shown");
    expect(asked.length).toBe(before);
  });

  test("what somebody wrote over is found, and shown again", async () => {
    const { report, shown, comments, lost } = await lab();
    await report("running");
    expect(await lost()).toEqual([]);
    shown.push({ context: "other", state: "failure", description: "Of somebody else" });
    expect(await lost()).toEqual([]);
    shown.push({ context: "reprise", state: "success", description: "All is well" });
    expect(await lost()).toEqual([SHA]);
    comments.splice(0);
    await report("running");
    expect(shown.at(-1)!.state).toBe("success");
    await report("running", { anew: true });
    expect(shown.at(-1)).toMatchObject({ context: "reprise", state: "pending" });
    expect(shown.filter(({ context }) => context === "reprise/a")).toHaveLength(1);
    expect(comments).toHaveLength(1);
    expect(await lost()).toEqual([]);
  });

  test("a comment that was removed is found, and written again", async () => {
    const { report, comments, lost, asked, mood } = await lab();
    await report("unclaimed");
    expect(await lost()).toEqual([]);
    comments.splice(0);
    const before = asked.length;
    expect(await lost()).toEqual([SHA]);
    // For the statuses, and for the comments.
    expect(asked.length - before).toBe(2);
    mood.push(LIMITED);
    await expect(lost()).rejects.toMatchObject({ fault: "limited" });
    await report("unclaimed", { anew: true });
    expect(comments).toHaveLength(1);
    expect(await lost()).toEqual([]);
  });

  test("a comment that somebody wrote over is found, and put right; line ends are the forge's", async () => {
    const { report, comments, lost } = await lab();
    await report("unclaimed");
    const { body } = comments[0]!;
    comments[0]!.body = `${body.replaceAll("\n", "\r\n")}\n`;
    expect(await lost()).toEqual([]);
    comments[0]!.body = body.replace("done", "reproduced");
    expect(comments[0]!.body).not.toBe(body);
    expect(await lost()).toEqual([SHA]);
    await report("unclaimed", { anew: true });
    expect(comments.map((comment) => comment.body)).toEqual([body]);
    expect(await lost()).toEqual([]);
  });

  test("once its pull request is closed, the comment does not go on to say that it waits", async () => {
    const { report, comments, pullAt, asked } = await lab();
    await report("waiting-for-approval");
    expect(comments[0]!.body).toContain("/reprise approve ");
    pullAt(null);
    await report("superseded");
    expect(comments).toHaveLength(1);
    expect(comments[0]!.body).toContain("### Reprise: superseded");
    expect(comments[0]!.body).not.toContain("/reprise approve ");
    const before = asked.length;
    await report("superseded");
    expect(asked.length).toBe(before);
  });

  test("of a closed pull request, what a newer head says is left alone, and what was removed is not written again", async () => {
    const { report, comments, pullAt } = await lab();
    await report("running");
    pullAt("b".repeat(40));
    comments[0]!.body = comments[0]!.body.replace("aaaaaaaaaa", "bbbbbbbbbb");
    const { body } = comments[0]!;
    await report("superseded");
    pullAt(null);
    await report("cancelled");
    expect(comments.map((comment) => comment.body)).toEqual([body]);
    comments.splice(0);
    await report("superseded");
    expect(comments).toEqual([]);
  });

  test("a commit that is gone ends it quietly; a full list of statuses does not keep the comment back", async () => {
    const gone = await lab();
    gone.mood.push({ status: 422, body: { message: `No commit found for SHA: ${SHA}` } });
    expect(await gone.report("running")).toBe("gone");
    const full = await lab();
    const most: Reply = {
      status: 422,
      body: { message: "This SHA and context has reached the maximum number of statuses." },
    };
    full.mood.push({ body: { statuses: [] } }, most, { body: { statuses: [] } }, most);
    expect(await full.report("running")).toBe("shown");
    expect(full.comments).toHaveLength(1);
    // It is told, and no later look that sends nothing takes that away.
    const says = async () => (await readTroubles(full.places)).forge?.says;
    expect(await says()).toContain("aaaaaaaaaa, reprise: The forge answered POST");
    expect(await full.report("running")).toBe("shown");
    expect(await says()).toContain("maximum number of statuses");
    expect(await full.report("reproduced")).toBe("shown");
    expect(await says()).toBeUndefined();
  });

  test("a token that may not do it is told, and tried seldom", async () => {
    const { report, mood, places } = await lab();
    mood.push({ status: 401, body: { message: "Bad credentials" } });
    await expect(report("running")).rejects.toMatchObject({
      type: "forge-denied",
      nextRetryDelay: "5 minutes",
    });
    expect((await readTroubles(places)).forge?.says).toContain("Bad credentials");
  });
});
