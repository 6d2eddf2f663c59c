import { describe, expect, test } from "vitest";
import { priceOf } from "../../../gitops/words/counts.ts";
import { COLUMNS, rowOf } from "../../../gitops/words/row.ts";
import type { VerdictDifference } from "../../../schemas/gitops.ts";
import type { Item, ItemFacts } from "../../../schemas/gitops-work.ts";

const item: Item = {
  ...{ key: "recipes--a", recipe: "recipes/a.yaml", profile: null, lines: ["refs/heads/main"], order: 1 },
  ...{ supersede: "queue", content: "c".repeat(64), approval: "d".repeat(64), attempt: 1 },
  ...{ state: "unclaimed", run: null, note: null },
};

const facts = (metrics: VerdictDifference["metrics"] | null, seconds: number | null): ItemFacts => ({
  job: {
    ...{ repository: "papers", recipe: "recipes/a.yaml", profile: null, supersede: "queue" },
    trigger: { kind: "push", ref: "refs/heads/main", sha: "a".repeat(40), base: null, pull: null, by: null },
    decision: { run: "always", reason: "It may.", secrets: [], stranger: false },
    gate: { claims: "required", conformance: "reported" },
  },
  plan: {
    ...{ plan: "e".repeat(64), approval: "d".repeat(64), content: "c".repeat(64) },
    ...{ problems: [], notAllowed: [], newDeviations: [], conformance: null, carried: null },
    steps: [{ id: "eval", kind: "eval/mcq", action: "reuse", because: [], resumeFrom: null }],
    ...{ seconds, gpuHours: 0 },
  },
  verdict: null,
  difference:
    metrics === null
      ? null
      : { against: { sha: "b".repeat(40), run: "r-0", which: "merge base" }, claims: [], metrics },
});

const cell = (column: string, of: ItemFacts): string => rowOf(item, of)[COLUMNS.indexOf(column)]!;

describe("a recipe's row in the comment", () => {
  test("has a score with its test before what only differs, such as the last loss", () => {
    const only = ["loss", "grad_norm", "learning_rate", "step_time"].map((name) => ({
      ...{ name: `train.${name}`, before: 1, after: 2, p: null },
    }));
    const score = { name: "eval.accuracy", before: 0.41, after: 0.39, p: 0.0123 };
    expect(cell("against base", facts([...only, score], 0))).toBe(
      "`eval.accuracy` 0.41 → 0.39 (p 0.012)<br>`train.loss` 1 → 2<br>`train.grad_norm` 1 → 2<br>2 more differences",
    );
  });

  test("has no fraction of a second where nothing is to be done; a sentence says no price then", () => {
    const reuse = facts(null, 0);
    expect(cell("time", reuse)).toBe("0s");
    expect(priceOf(reuse.plan)).toBeNull();
    expect(priceOf(facts(null, 19).plan)).toBe("19s");
    expect(cell("time", facts(null, null))).toBe("");
  });
});
