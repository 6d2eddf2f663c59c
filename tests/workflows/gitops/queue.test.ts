import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlannedCommit, Queued } from "../../../schemas/gitops-work.ts";
import { emptyQueue, Queue, type Effects } from "../../../workflows/gitops/queue.ts";

const LIMITS = { running: 1, queued: 20 };
const MAIN = "refs/heads/main";

const entry = (sha: string, order: number, more: Partial<Queued> = {}): Queued => ({
  ...{ sha, key: "r", recipe: "r.yaml", profile: null, lines: [MAIN], order, attempt: 1 },
  ...{ supersede: "cancel-pending", content: `content of ${sha}` },
  ...more,
});

const commit = (entry_: Queued): PlannedCommit => ({
  sha: entry_.sha,
  lines: entry_.lines.map((line) => ({ line, order: entry_.order })),
  ready: [entry_],
  contents: [entry_.content],
});

const fresh = (): Queue => new Queue(emptyQueue());
const shas = (entries: readonly Queued[]): string[] => entries.map(({ sha }) => sha);
const dropped = ({ dropped: all }: Effects): [string, string | null][] =>
  all.map(({ entry: { sha }, told }) => [sha, told.by]);
const stopped = ({ stopped: all }: Effects): [string, string | null, boolean][] =>
  all.map(({ entry: { sha }, told }) => [sha, told.by, told.shared]);

describe("what becomes of older runs", () => {
  test("queue: each commit runs, one after the other", () => {
    const queue = fresh();
    for (const [order, sha] of ["a", "b", "c"].entries()) {
      const effects = queue.planned(commit(entry(sha, order, { supersede: "queue" })), LIMITS);
      expect([effects.dropped, effects.stopped]).toEqual([[], []]);
    }
    const begun: string[] = [];
    for (let next = queue.begin(LIMITS); next.length > 0; next = queue.begin(LIMITS)) {
      begun.push(...shas(next));
      queue.ended(next[0]!.sha, "r");
    }
    expect(begun).toEqual(["a", "b", "c"]);
  });

  test("cancel-pending: what runs goes on, of those that wait the newest stays", () => {
    const queue = fresh();
    queue.planned(commit(entry("a", 1)), LIMITS);
    expect(shas(queue.begin(LIMITS))).toEqual(["a"]);
    expect(dropped(queue.planned(commit(entry("b", 2)), LIMITS))).toEqual([]);
    const effects = queue.planned(commit(entry("c", 3)), LIMITS);
    expect([dropped(effects), stopped(effects)]).toEqual([[["b", "c"]], []]);
    queue.ended("a", "r");
    expect(shas(queue.begin(LIMITS))).toEqual(["c"]);
  });

  test("cancel-running: what runs is stopped, and the next one waits until it has", () => {
    const queue = fresh();
    const policy = { supersede: "cancel-running" } as const;
    queue.planned(commit(entry("a", 1, policy)), LIMITS);
    queue.begin(LIMITS);
    expect(stopped(queue.planned(commit(entry("b", 2, policy)), LIMITS))).toEqual([["a", "b", false]]);
    expect(queue.begin({ ...LIMITS, running: 5 })).toEqual([]);
    queue.ended("a", "r");
    expect(shas(queue.begin(LIMITS))).toEqual(["b"]);
  });

  test("a run of the same content goes on, whichever commit began it", () => {
    const queue = fresh();
    const policy = { supersede: "cancel-running", content: "same" } as const;
    queue.planned(commit(entry("a", 1, policy)), LIMITS);
    queue.begin(LIMITS);
    expect(stopped(queue.planned(commit(entry("b", 2, policy)), LIMITS))).toEqual([]);
  });

  test("a run that another branch has too is left by the one, and kept by the other", () => {
    const queue = fresh();
    const policy = { supersede: "cancel-running", content: "same" } as const;
    const limits = { running: 2, queued: 9 };
    queue.planned(commit(entry("a", 1, policy)), limits);
    queue.planned(commit(entry("x", 2, { ...policy, lines: ["refs/heads/release"] })), limits);
    queue.begin(limits);
    const next = commit(entry("b", 3, { supersede: "cancel-running" }));
    expect(stopped(queue.planned(next, limits))).toEqual([["a", "b", true]]);
  });

  test("a commit that is the head of two branches is superseded when it is on neither", () => {
    const queue = fresh();
    const lines = [MAIN, "refs/heads/release"];
    queue.planned(commit(entry("z", 0)), LIMITS);
    queue.begin(LIMITS);
    queue.planned(commit(entry("a", 1, { lines })), LIMITS);
    expect(dropped(queue.planned(commit(entry("b", 2)), LIMITS))).toEqual([]);
    expect(dropped(queue.gone("refs/heads/release"))).toEqual([["a", null]]);
  });

  test("more than may wait is refused, and said", () => {
    const queue = fresh();
    for (const sha of ["a", "b", "c"])
      queue.planned(commit(entry(sha, 1, { key: sha, lines: [sha] })), { running: 0, queued: 3 });
    expect(
      shas(queue.planned(commit(entry("d", 1, { lines: ["d"] })), { running: 0, queued: 3 }).refused),
    ).toEqual(["d"]);
  });
});

test("webhooks out of order: an old commit never supersedes a newer one (complaint 3)", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }),
      fc.constantFrom("cancel-pending" as const, "cancel-running" as const),
      (orders, supersede) => {
        const queue = fresh();
        const ran: string[] = [];
        for (const order of orders) {
          queue.planned(commit(entry(`sha${order}`, order, { supersede })), { running: 0, queued: 9 });
          expect(queue.state.heads[MAIN]!.order).toBe(
            Math.max(...orders.slice(0, orders.indexOf(order) + 1)),
          );
        }
        for (let next = queue.begin(LIMITS); next.length > 0; next = queue.begin(LIMITS)) {
          ran.push(...shas(next));
          queue.ended(next[0]!.sha, "r");
        }
        expect(ran).toEqual(["sha6"]);
      },
    ),
    { numRuns: 50 },
  );
});

test("the same told three times is one run (complaint 2)", () => {
  const queue = fresh();
  for (let times = 0; times < 3; times++) queue.planned(commit(entry("a", 1)), LIMITS);
  expect(shas(queue.begin({ running: 9, queued: 9 }))).toEqual(["a"]);
  queue.planned(commit(entry("a", 1)), LIMITS);
  expect(queue.begin({ running: 9, queued: 9 })).toEqual([]);
});
