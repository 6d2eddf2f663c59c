import type { CommitPlan, RunVerdict, StatusState, VerdictDifference } from "../../schemas/gitops.ts";
import type { CommitStanding, Item, ItemFacts } from "../../schemas/gitops-work.ts";

// A pull request whose one recipe is planned and judged, as the texts of GitOps take it.

export const SHA = "a".repeat(40);
const BASE = "b".repeat(40);

export const item = (state: StatusState, more: Partial<Item> = {}): Item => ({
  ...{
    key: "recipes--a",
    recipe: "recipes/a.yaml",
    profile: null,
    lines: ["refs/heads/main"],
    order: 1,
    supersede: "queue",
  },
  ...{ content: "c".repeat(64), approval: "d".repeat(64), attempt: 1, state, run: null, note: null },
  ...more,
});

export const standing = (items: Item[], more: Partial<CommitStanding> = {}): CommitStanding => ({
  ...{ repository: "papers", sha: SHA, items, unaffected: 0, problems: [], trouble: null },
  triggers: [{ kind: "pull_request", ref: "refs/pull/7/head", sha: SHA, base: BASE, pull: null, by: null }],
  ...more,
});

export const plan = (more: Partial<CommitPlan> = {}): CommitPlan => ({
  ...{
    plan: "e".repeat(64),
    approval: "d".repeat(64),
    content: "c".repeat(64),
    problems: [],
    notAllowed: [],
  },
  steps: [
    { id: "data", kind: "data/rows", action: "reuse", because: [], resumeFrom: null },
    {
      id: "train",
      kind: "train/sft",
      action: "resume",
      because: ["'steps' is 500, was 340"],
      resumeFrom: 340,
    },
    { id: "eval", kind: "eval/mcq", action: "run", because: ["'train' is made anew"], resumeFrom: null },
  ],
  ...{
    seconds: 754,
    gpuHours: 0.4123,
    conformance: { same: 9, deviating: 1, missing: 2 },
    newDeviations: [],
    carried: null,
  },
  ...more,
});

export const verdict = (more: Partial<RunVerdict> = {}): RunVerdict => ({
  ...{ run: "r-1", status: "done", reproduced: false, metrics: {}, failures: [] },
  claims: [
    {
      id: "accuracy",
      says: "at least 0.4",
      outcome: "NOT REPRODUCED",
      counts: true,
      evidence: "0.39; p = 0.01",
    },
    { id: "gain", says: "tuned beats base", outcome: "REPRODUCED", counts: true, evidence: "0.12" },
    { id: "aside", says: "x", outcome: "INCONCLUSIVE", counts: false, evidence: "one value" },
  ],
  ...more,
});

export const difference: VerdictDifference = {
  against: { sha: BASE, run: "r-0", which: "merge base" },
  claims: [
    { id: "accuracy", before: "REPRODUCED", after: "NOT REPRODUCED" },
    { id: "gain", before: "REPRODUCED", after: "REPRODUCED" },
  ],
  metrics: [{ name: "eval.accuracy", before: 0.41, after: 0.39, p: 0.0123 }],
};

export const facts = (more: Partial<ItemFacts> = {}): ItemFacts => ({
  job: {
    ...{ repository: "papers", recipe: "recipes/a.yaml", profile: null, supersede: "queue" },
    trigger: { kind: "pull_request", ref: "refs/pull/7/head", sha: SHA, base: BASE, pull: null, by: null },
    decision: { run: "after-approval", reason: "Its author may not push.", secrets: [], stranger: true },
    gate: { claims: "required", conformance: "reported" },
  },
  ...{ plan: plan(), verdict: null, difference: null },
  ...more,
});
