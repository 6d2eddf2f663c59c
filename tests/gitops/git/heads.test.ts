import { expect, test } from "vitest";
import { headsIn } from "../../../gitops/git/heads.ts";

const [A, B, C, D] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
];

test("what ls-remote prints: symbolic HEAD, branches, peeled tags, pull and merge requests; all else is nobody's", () => {
  const printed = [
    "ref: refs/heads/trunk\tHEAD",
    `${A}\tHEAD`,
    `${A}\trefs/heads/trunk`,
    `${B}\trefs/heads/__proto__`,
    `${C}\trefs/tags/v1`,
    `${A}\trefs/tags/v1^{}`,
    `${B}\trefs/tags/light`,
    `${C}\trefs/pull/3/head`,
    `${D}\trefs/pull/3/merge`,
    `${D}\trefs/merge-requests/4/head`,
    `${D}\trefs/pull/0/head`,
    `${D}\trefs/pull/x/head`,
    `${D}\trefs/reprise/status/${A}`,
    "short\trefs/heads/short",
    "",
  ].join("\n");
  const heads = headsIn(printed);
  expect([heads.defaultBranch, heads.head]).toEqual(["trunk", A]);
  expect(Object.entries(heads.refs)).toEqual([
    ["refs/heads/trunk", A],
    ["refs/heads/__proto__", B],
    ["refs/tags/v1", A],
    ["refs/tags/light", B],
  ]);
  expect(heads.pulls).toEqual({
    3: { ref: "refs/pull/3/head", sha: C },
    4: { ref: "refs/merge-requests/4/head", sha: D },
  });
});

test("a detached HEAD, and nothing", () => {
  expect(headsIn(`${A}\tHEAD\n`)).toEqual({ defaultBranch: null, head: A, refs: {}, pulls: {}, notes: {} });
  expect(headsIn("")).toEqual({ defaultBranch: null, head: null, refs: {}, pulls: {}, notes: {} });
});
