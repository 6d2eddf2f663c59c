import { describe, expect, test } from "vitest";
import type { StatusState } from "../../../schemas/gitops.ts";
import type { CommitStanding, Item } from "../../../schemas/gitops-work.ts";
import { aggregate, isWatched, passes } from "../../../gitops/state/aggregate.ts";
import { keyOf } from "../../../gitops/state/keys.ts";
import { mergeItems } from "../../../gitops/state/merge-items.ts";

const item = (state: StatusState, more: Partial<Item> = {}): Item => ({
  ...{ key: "r", recipe: "r.yaml", profile: null, lines: ["refs/heads/main"], order: 1 },
  ...{ supersede: "queue", content: "c", approval: "p", attempt: 1, state, run: null, note: null },
  ...more,
});

const again = (known: Item, planned: Item, asked = false) => mergeItems([known], [planned], asked)[0]!;

describe("a commit that is triggered once more", () => {
  test.each(["running", "queued", "reproduced", "not-reproduced", "failed", "cancelled"] as const)(
    "stays %s: nothing runs twice (complaint 2)",
    (state) => {
      const known = item(state, { run: "run-1" });
      const planned = item("queued", { lines: ["refs/pull/3/head"], order: 2 });
      expect(again(known, planned)).toEqual({
        ...known,
        lines: ["refs/heads/main", "refs/pull/3/head"],
        order: 2,
      });
    },
  );

  test("is taken up when it was superseded", () => {
    expect(again(item("superseded"), item("queued", { order: 5 }))).toMatchObject({
      ...{ state: "queued", attempt: 2, order: 5 },
    });
  });

  test("runs without approval when a trusted push asks for it too", () => {
    expect(again(item("waiting-for-approval"), item("queued"))).toMatchObject({
      state: "queued",
      attempt: 1,
    });
    for (const state of ["planned", "untrusted", "not-allowed"] as const)
      expect(again(item(state), item("waiting-for-approval")).state).toBe("waiting-for-approval");
    expect(again(item("waiting-for-approval"), item("planned")).state).toBe("waiting-for-approval");
  });

  test("runs again when it is asked for, but not beside itself", () => {
    expect(again(item("failed"), item("queued"), true)).toMatchObject({ state: "queued", attempt: 2 });
    expect(again(item("running"), item("queued"), true)).toMatchObject({ state: "running", attempt: 1 });
  });
});

const standing = (states: StatusState[], more: Partial<CommitStanding> = {}): CommitStanding => ({
  ...{ repository: "p", sha: "a", triggers: [], unaffected: 0, problems: [], trouble: null },
  items: states.map((state, index) => item(state, { key: `k${index}` })),
  ...more,
});

describe("the state of a commit", () => {
  test.each<[StatusState[], StatusState]>([
    [["reproduced", "unaffected"], "reproduced"],
    [["reproduced", "running"], "running"],
    [["reproduced", "superseded"], "superseded"],
    [["running", "not-reproduced"], "not-reproduced"],
    [["queued", "waiting-for-approval"], "waiting-for-approval"],
    [["reproduced", "planned"], "planned"],
    [["reproduced", "untrusted"], "untrusted"],
    [["reproduced", "not-allowed"], "not-allowed"],
    [["planned", "running"], "running"],
    [[], "unaffected"],
  ])("of %j is %s", (states, expected) => expect(aggregate(standing(states))).toBe(expected));

  test("superseded, cancelled and what may not run never pass (complaint 7)", () => {
    for (const state of [
      ...(["superseded", "cancelled", "untrusted", "not-allowed", "failed", "invalid"] as const),
    ])
      expect(passes(aggregate(standing(["reproduced", state])))).toBe(false);
  });

  test("what the policy only plans does not keep it pending", () => {
    expect(passes(aggregate(standing(["planned"])))).toBe(true);
    expect(passes(aggregate(standing(["planned", "reproduced"])))).toBe(true);
  });

  test("what a branch that is not trusted asks for says nothing of its pull request, and does not keep it pending", () => {
    const trigger = { sha: "a", base: null, pull: null, by: null };
    const push = { ...trigger, kind: "push", ref: "refs/heads/change" } as const;
    const pull = { ...trigger, kind: "pull_request", ref: "refs/pull/1/head" } as const;
    const ofPush = item("untrusted", { key: "a", lines: [push.ref] });
    const ofPull = item("reproduced", { key: "a@tiny", lines: [pull.ref] });
    const alone = standing([], { triggers: [push], items: [ofPush] });
    expect(passes(aggregate(alone))).toBe(false);
    expect(aggregate({ ...alone, triggers: [push, pull], items: [ofPush, ofPull] })).toBe("reproduced");
    expect(aggregate({ ...alone, triggers: [push, pull] })).toBe("unaffected");
    // On the same branch it is not enough that something else passes.
    expect(aggregate({ ...alone, items: [ofPush, { ...ofPull, lines: [push.ref] }] })).toBe("untrusted");
  });

  test("one that could not be looked at has failed", () => {
    expect(aggregate(standing(["reproduced"], { trouble: "too large" }))).toBe("failed");
  });

  test("a pull request that touches no recipe has one all the same, a branch of no pipeline has none (complaint 5)", () => {
    const trigger = { ref: "refs/pull/1/head", sha: "a", base: null, pull: null, by: null };
    expect(isWatched(standing([]))).toBe(false);
    const asked = standing([], { triggers: [{ ...trigger, kind: "pull_request" }] });
    expect([isWatched(asked), passes(aggregate(asked))]).toEqual([true, true]);
  });
});

test("no two recipes have one key, and every key is a file's name", () => {
  const names = [
    "a/b.yaml",
    "a--b.yaml",
    "a-b.yaml",
    "a/b",
    "a b.yaml",
    "ü.yaml",
    `${"x".repeat(200)}.yaml`,
    "-a.yaml",
  ];
  const keys = names.flatMap((name) => [keyOf(name, null), keyOf(name, "tiny"), keyOf(name, "a b")]);
  expect(new Set(keys).size).toBe(names.length * 3);
  for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9+@._-]{1,160}$/);
  expect(keyOf("recipes/a.yaml", "tiny")).toBe("recipes--a@tiny");
});
