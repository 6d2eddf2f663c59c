import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { changedLines } from "../../scripts/mutate/changed-lines.mjs";
import { scoreOf } from "../../scripts/mutate/score.mjs";

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

test.each([
  [[], "Say what to change"],
  [["core/none.ts"], "'core/none.ts' is no file or room"],
  [["cli"], "'cli' is no file or room"],
  [["--since", "no-such-commit"], "git cannot compare with 'no-such-commit'"],
  [["--since", "HEAD", "--minutes", "soon"], "'soon' is no number of minutes"],
  [["--sinse", "HEAD"], "--sinse"],
])("npm run mutate -- %j is refused with what to write", (args, said) => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/mutate.mjs", ...args], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
  expect(stderr).toContain("Write: npm run mutate -- FILE");
});
