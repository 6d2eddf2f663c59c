import { describe, expect, test } from "vitest";
import { decide, settle, type Grounds } from "../../../gitops/trust/decide.ts";
import { fits } from "../../../gitops/trust/globs.ts";
import type { PullRequest, Trigger } from "../../../schemas/gitops.ts";
import type { Permission, Pipeline, ServerTrust } from "../../../schemas/gitops-policy.ts";

const SHA = "a".repeat(40);
const TRUST: ServerTrust = {
  push: ["main", "release/*"],
  tag: ["v*"],
  pullRequest: "members",
  approvers: "write",
  deniedKinds: [],
  data: {},
  secrets: {
    HF_TOKEN: { recipes: ["recipes/st-*.yaml"], on: ["push", "schedule"] },
    ALL: { recipes: ["**"], on: ["push", "pull_request", "tag", "schedule", "manual"] },
  },
};
const RUN: Pipeline["run"] = {
  push: "always",
  pull_request: "always",
  tag: "always",
  schedule: "always",
  manual: "always",
};

const at = (kind: Trigger["kind"], ref: string, pull: PullRequest | null = null): Trigger => ({
  ...{ kind, ref, sha: SHA, base: null, pull, by: null },
});
const pull = (fork: boolean): PullRequest => ({ number: 7, head: SHA, base: "main", fork, author: "ada" });
const ask = (trigger: Trigger, more: Partial<Grounds> = {}) =>
  decide({
    trigger,
    recipe: "recipes/st-r1.yaml",
    trust: TRUST,
    pipeline: { run: RUN },
    permission: null,
    ...more,
  });

describe("who may run what", () => {
  test.each<[string, Trigger, Permission | null, string, string[], boolean]>([
    ["a push to a trusted branch", at("push", "refs/heads/main"), null, "always", ["HF_TOKEN", "ALL"], false],
    [
      "a push to a trusted folder",
      at("push", "refs/heads/release/1"),
      null,
      "always",
      ["HF_TOKEN", "ALL"],
      false,
    ],
    ["a push to another branch", at("push", "refs/heads/main2"), null, "plan-only", [], false],
    ["a push deeper than the pattern", at("push", "refs/heads/release/1/x"), null, "plan-only", [], false],
    ["a tag called as a branch", at("tag", "refs/tags/main"), null, "plan-only", [], false],
    ["a trusted tag", at("tag", "refs/tags/v1"), null, "always", ["ALL"], false],
    ["a schedule", at("schedule", "refs/heads/main"), null, "always", ["HF_TOKEN", "ALL"], false],
    [
      "a member's pull request",
      at("pull_request", "refs/pull/7/head", pull(false)),
      "write",
      "always",
      ["ALL"],
      false,
    ],
    ["an admin's", at("pull_request", "refs/pull/7/head", pull(false)), "admin", "always", ["ALL"], false],
    ["a reader's", at("pull_request", "refs/pull/7/head", pull(false)), "read", "after-approval", [], true],
    [
      "one whose author is not known",
      at("pull_request", "refs/pull/7/head", pull(false)),
      null,
      "after-approval",
      [],
      true,
    ],
    [
      "a fork's, even an admin's",
      at("pull_request", "refs/pull/7/head", pull(true)),
      "admin",
      "after-approval",
      [],
      true,
    ],
    ["one without its facts", at("pull_request", "refs/pull/7/head"), "admin", "after-approval", [], true],
    ["by hand at a trusted branch", at("manual", "refs/heads/main"), null, "always", ["ALL"], false],
    [
      "by hand at a pull request: never with secrets",
      at("manual", "refs/pull/7/head"),
      null,
      "always",
      [],
      true,
    ],
  ])("%s", (_, trigger, permission, run, secrets, stranger) => {
    expect(ask(trigger, { permission })).toMatchObject({
      run,
      secrets,
      stranger,
      reason: expect.stringMatching(/\.$/),
    });
  });

  test("the pipeline can only narrow it", () => {
    const never = { run: { ...RUN, push: "never", pull_request: "after-approval" } } as const;
    expect(ask(at("push", "refs/heads/main"), { pipeline: never })).toMatchObject({
      run: "plan-only",
      bar: "policy",
      secrets: [],
    });
    // That of a commit that is not trusted says nothing.
    for (const trigger of [at("push", "refs/heads/other"), at("manual", "refs/heads/other")])
      expect(ask(trigger, { pipeline: { run: { ...RUN, push: "never", manual: "never" } } })).toMatchObject({
        run: "plan-only",
        bar: "trust",
      });
    const member = at("pull_request", "refs/pull/7/head", pull(false));
    expect(ask(member, { pipeline: never, permission: "write" })).toMatchObject({
      run: "after-approval",
      secrets: ["ALL"],
    });
  });

  test("the operator can ask for approval of everybody's pull requests, and for another permission", () => {
    const member = at("pull_request", "refs/pull/7/head", pull(false));
    const nobody: ServerTrust = { ...TRUST, pullRequest: "nobody" };
    expect(ask(member, { trust: nobody, permission: "admin" })).toMatchObject({
      run: "after-approval",
      stranger: false,
    });
    const admins: ServerTrust = { ...TRUST, approvers: "admin" };
    expect(ask(member, { trust: admins, permission: "write" })).toMatchObject({
      run: "after-approval",
      stranger: true,
    });
  });
});

describe("once the plan is known", () => {
  const always = ask(at("push", "refs/heads/main"));
  const problem = {
    code: "R0713",
    severity: "error",
    message: "It may not.",
    file: "a",
    line: 1,
    column: 1,
  } as const;

  test.each([
    [2, 1.9, "always"],
    [2, 2, "always"],
    [2, 2.1, "after-approval"],
    [2, null, "after-approval"],
    [0, 0, "always"],
    [null, null, "always"],
  ])("limit %s, expected %s: %s", (gpuHoursWithoutApproval, gpuHours, run) => {
    expect(settle(always, { gpuHours, notAllowed: [] }, { gpuHoursWithoutApproval })).toMatchObject({ run });
  });

  test("what it may not have keeps it from running, approved or not", () => {
    const settled = settle(always, { gpuHours: 0, notAllowed: [problem] }, { gpuHoursWithoutApproval: null });
    expect(settled).toMatchObject({ run: "plan-only", bar: "plan", reason: "It may not.", secrets: [] });
  });
});

test("patterns: * stays in a folder, ** does not, and nothing is negated", () => {
  expect(fits("recipes/a.yaml", ["recipes/*.yaml"])).toBe(true);
  expect(fits("recipes/b/a.yaml", ["recipes/*.yaml"])).toBe(false);
  expect(fits("recipes/b/a.yaml", ["recipes/**"])).toBe(true);
  expect(fits("recipes/.hidden.yaml", ["recipes/*.yaml"])).toBe(true);
  expect(fits("other", ["!main"])).toBe(false);
  expect(fits("main", ["!other"])).toBe(false);
  expect(fits("feature/$(id)", ["feature/*"])).toBe(true);
});

test("by hand at an untrusted commit it runs, and the reason says why without a secret", () => {
  expect(ask(at("manual", "refs/heads/other"))).toMatchObject({
    run: "always",
    reason: "It was asked for by hand. No secret: The server's operator does not trust the branch 'other'.",
    secrets: [],
  });
});
