import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { changedLines } from "../../scripts/mutate/changed-lines.mjs";
import { isDrawn } from "../../scripts/mutate/sample.mjs";
import { intervalOf, scoreOf } from "../../scripts/mutate/score.mjs";
import { wilson } from "../../verdict/statistics/share.ts";

test("changed lines of a diff: added and altered ones, none of what is gone", () => {
  const diff = `diff --git a/core/a.ts b/core/a.ts
--- a/core/a.ts
+++ b/core/a.ts
@@ -3 +3,2 @@ export const a
-old
+new
+++ more
@@ -9,2 +10,0 @@
-gone
-gone
@@ -20 +18 @@
-x
+y
diff --git a/core/gone.ts b/core/gone.ts
--- a/core/gone.ts
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/core/made.ts b/core/made.ts
--- /dev/null
+++ b/core/made.ts
@@ -0,0 +1,7 @@
+x
`;
  expect(Object.fromEntries(changedLines(diff))).toEqual({
    "core/a.ts": [
      [3, 4],
      [18, 18],
    ],
    "core/made.ts": [[1, 7]],
  });
});

test("a score counts what tests noticed, and names the rest by place", () => {
  const mutant = (status: string, line: number, replacement: string) => ({
    status,
    replacement,
    location: { start: { line, column: 3 }, end: { line, column: 8 } },
  });
  const mutants = [
    mutant("NoCoverage", 2, "true"),
    mutant("Killed", 1, "false"),
    mutant("Timeout", 1, "false"),
    mutant("Ignored", 1, "false"),
    mutant("CompileError", 1, "false"),
    mutant("Survived", 1, "1 >=  2"),
  ];
  expect(scoreOf({ files: { "core/a.ts": { source: "  1 > 2;\n  false;", mutants } } })).toEqual({
    noticed: 2,
    all: 4,
    missed: ["core/a.ts:1: 1 > 2 -> 1 >= 2", "core/a.ts:2: false -> true (no test comes here)"],
  });
});

test("a sample is a share of all changes, the same for the same seed; a smaller one is part of a larger one", () => {
  const changes = Array.from({ length: 2_000 }, (_, line) => ({
    ...{ fileName: "/r/core/a.ts", replacement: "true" },
    location: { start: { line, column: 1 }, end: { line, column: 5 } },
  }));
  const drawn = (percent: number, seed: string, root = "/r/") =>
    changes.flatMap((change, index) => (isDrawn(change, root, { percent, seed }) ? [index] : []));
  const small = drawn(5, "1");
  expect(small.length).toBeGreaterThan(60);
  expect(small.length).toBeLessThan(140);
  expect(drawn(5, "1")).toEqual(small);
  expect(drawn(5, "2")).not.toEqual(small);
  expect(new Set(drawn(20, "1"))).toEqual(new Set([...drawn(20, "1"), ...small]));
  expect(drawn(100, "1")).toHaveLength(changes.length);
  // It does not depend on where the checkout stands.
  const elsewhere = changes.map((change) => ({ ...change, fileName: "/other/place/core/a.ts" }));
  const there = elsewhere.flatMap((change, index) =>
    isDrawn(change, "/other/place/", { percent: 5, seed: "1" }) ? [index] : [],
  );
  expect(there).toEqual(small);
});

test("a sample's score has the interval that verdicts have", () => {
  for (const [noticed, all] of [
    [0, 10],
    [7, 10],
    [10, 10],
    [250, 300],
  ] as const) {
    const [low, high] = intervalOf({ noticed, all });
    const [lowest, highest] = wilson(noticed, all);
    expect(low).toBeCloseTo(lowest, 5);
    expect(high).toBeCloseTo(highest, 5);
  }
});

test.each([
  [[], "Say what to change"],
  [["core/none.ts"], "'core/none.ts' is no file or room"],
  [["cli"], "'cli' is no file or room"],
  [["--since", "no-such-commit"], "git cannot compare with 'no-such-commit'"],
  [["--since", "HEAD", "--minutes", "soon"], "'soon' is no number of minutes"],
  [["--sinse", "HEAD"], "--sinse"],
  [["--sample", "0"], "'0' is no share of 100"],
  [["--sample", "101"], "'101' is no share of 100"],
  [["--sample", "5", "cli"], "'cli' is no room of core"],
  [["--sample", "5", "core/seconds.ts"], "'core/seconds.ts' is no room of core"],
  [["--seed", "2", "core"], "'--seed' is of a sample"],
  [["--since", "HEAD", "--sample", "5"], "'--since' says itself what to change"],
])("npm run mutate -- %j is refused with what to write", (args, said) => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/mutate.mjs", ...args], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
  expect(stderr).toContain("Write: npm run mutate -- FILE");
});
