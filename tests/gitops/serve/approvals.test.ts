import { expect, test } from "vitest";
import type { Client } from "@temporalio/client";
import type { Followed } from "../../../gitops/activities/followed.ts";
import { digestOfComment } from "../../../gitops/forge/comments.ts";
import { ForgeError, type ForgeComment } from "../../../gitops/forge/forge.ts";
import { approvalsOf } from "../../../gitops/serve/approvals.ts";
import { writeSent, writeStanding } from "../../../gitops/state/commits.ts";
import { keepLook, noteLook } from "../../../gitops/state/seen.ts";
import type { StatusState } from "../../../schemas/gitops.ts";
import type { Item } from "../../../schemas/gitops-work.ts";
import { openStore } from "../../../store/store.ts";
import { temporaryFolder } from "../../support/folders.ts";

const SHA = "a".repeat(40);
const MARKER = "<!-- reprise:papers -->";
const WAITS = `${MARKER}\n\nwaits`;

/** A pull request whose comment was sent, at a forge with these comments. */
async function lab(state: StatusState, comments: () => ForgeComment[] | Promise<ForgeComment[]>) {
  const store = openStore(temporaryFolder());
  const places = store.gitops.repository("papers");
  const pull = { number: 7, head: SHA, base: "main", fork: false, author: "ada" };
  const heads = { defaultBranch: "main", refs: {}, pulls: [pull] };
  await noteLook(places, await keepLook(places, { generation: "1", heads, bases: {} }));
  const item: Item = {
    ...{ key: "a", recipe: "recipes/a.yaml", profile: null, lines: ["refs/pull/7/head"], order: 1 },
    ...{ supersede: "queue", content: "c", approval: "d", attempt: 1, state, run: null, note: null },
  };
  await writeStanding(places, {
    ...{ repository: "papers", sha: SHA, items: [item], unaffected: 0, problems: [], trouble: null },
    triggers: [],
  });
  let asked = 0;
  const forge = {
    comments: () => {
      asked += 1;
      return Promise.resolve().then(comments);
    },
  };
  const repaired: string[] = [];
  const followed = { served: { name: "papers" }, places, forge } as unknown as Followed;
  const look = approvalsOf(null as unknown as Client, store, followed, (sha) => {
    repaired.push(sha);
    return Promise.resolve();
  });
  const sent = (refused: Record<string, string> = {}, body = WAITS) =>
    writeSent(places, SHA, { sent: { "pull 7": digestOfComment(body) }, refused });
  return { look, sent, repaired, asked: () => asked };
}

const comment = (ours: boolean, body: string): ForgeComment => ({ id: 1, author: "bot", ours, body });

test("our comment with the line that approves, once removed, is put back by the look that misses it", async () => {
  let there = [comment(true, WAITS)];
  const { look, sent, repaired, asked } = await lab("waiting-for-approval", () => there);
  await sent();
  await look();
  expect(repaired).toEqual([]);
  // Somebody else's, with our words.
  there = [comment(false, WAITS)];
  await look();
  expect(repaired).toEqual([SHA]);
  // What removes it again at once is not answered at each look.
  await look();
  expect(repaired).toEqual([SHA]);
  // The comments are read for approvals in any case.
  expect(asked()).toBe(3);
});

test("one that somebody wrote over is put right by the look that reads it", async () => {
  let there = [comment(true, WAITS.replaceAll("\n", "\r\n"))];
  const { look, sent, repaired } = await lab("waiting-for-approval", () => there);
  await sent();
  await look();
  expect(repaired).toEqual([]);
  there = [comment(true, `${MARKER}\n\nwaits for nobody`)];
  await look();
  expect(repaired).toEqual([SHA]);
  await look();
  expect(repaired).toEqual([SHA]);
});

test("one that is sent again while the comments are read is not taken for altered", async () => {
  const { look, sent, repaired } = await lab("waiting-for-approval", () => {
    return sent({}, "newer").then(() => [comment(true, "newer")]);
  });
  await sent();
  await look();
  expect(repaired).toEqual([]);
});

test("one that was not sent yet, or was refused, is not missed; nor is it asked where nothing waits", async () => {
  const fresh = await lab("waiting-for-approval", () => []);
  await fresh.look();
  await fresh.sent({ "pull 7": "The conversation is locked." });
  await fresh.look();
  expect(fresh.repaired).toEqual([]);
  const done = await lab("unclaimed", () => []);
  await done.sent();
  await done.look();
  expect([done.repaired, done.asked()]).toEqual([[], 0]);
});

test("a forge that is away is no lost comment", async () => {
  const { look, sent, repaired } = await lab("waiting-for-approval", () => {
    throw new ForgeError("unavailable", "away");
  });
  await sent();
  await expect(look()).rejects.toThrow("away");
  expect(repaired).toEqual([]);
});
