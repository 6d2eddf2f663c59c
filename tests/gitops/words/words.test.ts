import { describe, expect, test } from "vitest";
import { approvalsIn } from "../../../gitops/words/approval.ts";
import { commentOf, markerOf } from "../../../gitops/words/comment.ts";
import { statusesOf } from "../../../gitops/words/statuses.ts";
import type { StatusState } from "../../../schemas/gitops.ts";
import type { CommitStanding, Item, ItemFacts } from "../../../schemas/gitops-work.ts";
import { difference, facts, item, plan, SHA, standing, verdict } from "../../support/commits.ts";

const of = (state: StatusState, more: Partial<ItemFacts> = {}, note: string | null = null) =>
  statusesOf(standing([item(state, { note })]), new Map([["recipes--a", facts(more)]]), state)[1]!
    .description;

const POLICY = { policyChanged: false, approvers: "write" } as const;

describe("a status says in a sentence", () => {
  test.each([
    ["planned", {}, "Planned only: 1 to run, 1 to resume, 1 to reuse; 0.41 GPU hours, 12m 34s"],
    [
      "waiting-for-approval",
      { plan: plan({ gpuHours: null, seconds: null }) },
      "Waits for approval: 1 to run, 1 to resume, 1 to reuse",
    ],
    ["untrusted", {}, "Planned only: Its author may not push."],
    ["not-allowed", {}, "May not run: Its author may not push."],
    ["queued", {}, "Waits for its turn"],
    ["not-reproduced", { verdict: verdict() }, "1 of 2 claims reproduced; not: accuracy"],
    ["reported", { verdict: verdict() }, "Done: 1 of 2 claims reproduced; not: accuracy"],
    [
      "failed",
      { verdict: verdict({ status: "failed", failures: ["The step 'train' ran out of memory."] }) },
      "Failed: The step 'train' ran out of memory.",
    ],
    ["failed", {}, "Could not be judged"],
    [
      "new-deviations",
      { plan: plan({ newDeviations: ["train.learning_rate: 1e-5, the paper has 1e-6"] }) },
      "1 new deviation from the paper: train.learning_rate: 1e-5, the paper has 1e-6",
    ],
  ] as const)("%s", (state, more, sentence) => {
    expect(of(state, more)).toBe(sentence);
  });

  test("mistakes with their place", () => {
    const problem = {
      code: "R0101",
      severity: "error",
      message: "Unknown field",
      file: "recipes/a.yaml",
      line: 3,
      column: 5,
    } as const;
    expect(of("invalid", { plan: plan({ problems: [problem] }) })).toBe(
      "recipes/a.yaml:3 R0101 Unknown field",
    );
    expect(
      of("invalid", { plan: plan({ problems: [problem, { ...problem, severity: "warning" }, problem] }) }),
    ).toBe("2 mistakes; recipes/a.yaml:3 R0101 Unknown field");
  });

  test("from which run a verdict is carried over", () => {
    const all = verdict({ claims: verdict().claims.slice(1, 2), reproduced: true });
    expect(of("reproduced", { verdict: all, plan: plan({ carried: { run: "r-1", verdict: all } }) })).toBe(
      "1 of 1 claim reproduced, carried over from run r-1",
    );
    expect(of("reproduced", { verdict: all })).toBe("1 of 1 claim reproduced");
  });

  test("by what it is superseded, and what is kept", () => {
    expect(of("superseded", {}, "by abc1234, 340 of 500 steps kept")).toBe(
      "Superseded: by abc1234, 340 of 500 steps kept",
    );
  });

  test("of all recipes: what needs somebody first", () => {
    const items = (["reproduced", "running", "reproduced", "invalid"] as const).map((state, index) =>
      item(state, { key: `k${index}` }),
    );
    expect(
      statusesOf(standing(items), new Map(), "invalid").map(({ context, description }) => [
        context,
        description,
      ]),
    ).toEqual([
      ["reprise", "4 recipes: 1 invalid, 1 running, 2 reproduced"],
      ...[
        ["reprise/k0", "0"],
        ["reprise/k1", "1"],
        ["reprise/k2", "2"],
        ["reprise/k3", "3"],
      ].map(([context]) => [context, expect.any(String)]),
    ]);
  });

  test("when nothing is touched, a policy is wrong, or there are too many recipes for one status each", () => {
    const only = (more: Partial<CommitStanding>, items: Item[] = []) =>
      statusesOf(standing(items, more), new Map(), "unaffected");
    expect(only({ unaffected: 3 }).map(({ description }) => description)).toEqual(["No recipe is affected"]);
    expect(only({ trouble: "The recipes are more than 2,000." })[0]!.description).toBe(
      "The recipes are more than 2,000.",
    );
    const problem = {
      code: "R0701",
      severity: "error",
      message: "Unknown key",
      file: ".reprise/gitops.yaml",
      line: 2,
      column: 1,
    } as const;
    expect(only({ problems: [problem] })[0]!.description).toBe(".reprise/gitops.yaml:2 R0701 Unknown key");
    const many = Array.from({ length: 21 }, (_, index) => item("queued", { key: `k${index}` }));
    expect(only({}, many).map(({ context }) => context)).toEqual(["reprise"]);
    expect(only({}, many.slice(1))).toHaveLength(21);
  });

  test("never more than 140 characters, and no character that cannot be seen", () => {
    const sentence = of("failed", {
      verdict: verdict({ failures: [`\u001b[31m\u202E${"ü𝒳".repeat(300)}\n`] }),
    });
    expect(Array.from(sentence).length).toBeLessThanOrEqual(140);
    expect(sentence).toContain(String.raw`\u{1b}[31m\u{202e}ü𝒳`);
  });
});

describe("the comment", () => {
  const body = (
    items = [item("not-reproduced")],
    more: Partial<ItemFacts> = { verdict: verdict(), difference },
  ) =>
    commentOf(standing(items, { unaffected: 17 }), new Map([["recipes--a", facts(more)]]), {
      all: items[0]!.state,
      ...POLICY,
    });

  test("begins with our marker, and has plan, price, verdict and difference in a row", () => {
    const text = body();
    expect(text.startsWith(`${markerOf("papers")}\n`)).toBe(true);
    expect(text).toContain("### Reprise: not reproduced");
    expect(text).toContain("Commit `aaaaaaaaaa`, compared with `bbbbbbbbbb` (merge base)");
    expect(text).toContain(
      "| `recipes/a.yaml` | **not reproduced** | 1 to run, 1 to resume, 1 to reuse | 0.41 | 12m 34s | 9 same, 1 deviating, 2 missing | 1 of 2 claims reproduced | `accuracy` reproduced → not reproduced |",
    );
    expect(text).toContain("17 recipes not affected.");
  });

  test("has reasons, claims and differences folded", () => {
    const text = body();
    for (const line of [
      "<details><summary><code>recipes/a.yaml</code>: not reproduced</summary>",
      "RESUME from step 340 train (train/sft)",
      "  because 'steps' is 500, was 340",
      "NOT REPRODUCED accuracy: at least 0.4",
      "INCONCLUSIVE aside: x (does not count in this profile)",
      "gain: reproduced in both",
      "eval.accuracy: 0.41 → 0.39 (p 0.012)",
      "Its author may not push.",
    ])
      expect(text).toContain(line);
  });

  test("says once why something may not run", () => {
    const reason = "The step 'one' may not run: it runs programs.";
    const problem = {
      code: "R0712",
      severity: "warning",
      message: reason,
      file: "recipes/a.yaml",
      line: 4,
      column: 3,
    } as const;
    const job = { ...facts().job, decision: { ...facts().job.decision, run: "plan-only", reason } as const };
    const said = (more: Partial<ItemFacts>, state: StatusState) =>
      body([item(state)], more).split(reason).length - 1;
    // In the state, and with its place.
    expect(said({ job, plan: plan({ notAllowed: [problem] }) }, "not-allowed")).toBe(2);
    expect(said({ job }, "untrusted")).toBe(1);
    expect(said({ job }, "planned")).toBe(1);
  });

  test("says how to approve these plans of this commit, which is no approval itself", () => {
    const text = body([
      item("waiting-for-approval"),
      item("waiting-for-approval", { key: "b", approval: "f".repeat(64) }),
      item("queued", { key: "c", approval: "9".repeat(64) }),
    ]);
    const line = `/reprise approve ${SHA} ${"f".repeat(12)} ${"d".repeat(12)}`;
    expect(text).toMatch(/2 recipes wait for approval.* Somebody with write permission comments:/);
    expect(text.split("\n")).toContain(line);
    expect(approvalsIn(text)).toEqual([]);
    expect(approvalsIn(line)).toEqual([{ sha: SHA, digests: ["f".repeat(12), "d".repeat(12)] }]);
  });

  test("names who approved, in place of why somebody had to", () => {
    expect(body([item("running")])).not.toContain("Approved by");
    const text = body([item("running", { approvedBy: "ada" })]);
    expect(text).toContain("Approved by ada.");
    expect(text).not.toContain(facts().job.decision.reason);
  });

  test("says that a change of the policy has no effect", () => {
    const text = commentOf(standing([]), new Map(), { all: "unaffected", ...POLICY, policyChanged: true });
    expect(text).toContain(
      "This pull request changes `.reprise/gitops.yaml`. That has no effect before it is merged.",
    );
  });

  test("with 1,000 recipes of 100 steps has 60,000 characters at most, what needs somebody first, and says what is left out (complaint 12)", () => {
    const items = Array.from({ length: 1000 }, (_, index) =>
      item(index === 999 ? "failed" : "reproduced", {
        key: `k${String(index).padStart(3, "0")}`,
        recipe: `recipes/long-name-of-a-recipe-${index}.yaml`,
      }),
    );
    const long = plan({
      steps: Array.from({ length: 100 }, (_, index) => ({
        id: `s${index}`,
        kind: "train/sft",
        action: "run" as const,
        because: ["x".repeat(1000)],
        resumeFrom: null,
      })),
    });
    const known = new Map(items.map(({ key }) => [key, facts({ plan: long })]));
    const text = commentOf(standing(items), known, { all: "failed", ...POLICY });
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text.indexOf("recipe-999.yaml")).toBeLessThan(text.indexOf("recipe-0.yaml"));
    expect(text).toContain("800 further recipes");
    expect(text).toMatch(/Details of \d+ recipes do not fit here/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});
