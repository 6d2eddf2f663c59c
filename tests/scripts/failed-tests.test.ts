import { expect, test } from "vitest";
import { failedInPytest, failedInVitest } from "../../scripts/failed-tests.mjs";

test("failed tests of Vitest are told with file, name and the first line of why", () => {
  const report = {
    testResults: [
      {
        name: "/x/tests/a.test.ts",
        status: "failed",
        assertionResults: [
          { fullName: "a b", status: "failed", failureMessages: ["Error: one\n  at two"] },
          { fullName: "a c", status: "passed", failureMessages: [] },
        ],
      },
      {
        name: "/x/tests/b.test.ts",
        status: "failed",
        message: "Cannot find module\nx",
        assertionResults: [],
      },
      { name: "/x/tests/c.test.ts", status: "passed", message: "", assertionResults: [] },
    ],
  };
  expect(failedInVitest(report, "/x")).toEqual([
    "tests/a.test.ts: a b: Error: one",
    "tests/b.test.ts: Cannot find module",
  ]);
});

test("failed tests of pytest are told with module, name and the first line of why", () => {
  const xml = `<testsuites><testsuite name="pytest" errors="1" failures="1" tests="3"><testcase classname="tests.a.TestA" name="test_b" time="0.001"><failure message="AssertionError: a&lt;b &amp; &quot;c&quot;&#10;assert 1 == 2">def test_b</failure></testcase><testcase classname="tests.a" name="test_c[a b]" time="0.002"><error message="failed on setup with &quot;ValueError: no&quot;">x</error></testcase><testcase classname="tests.a" name="test_d" time="0.1" /></testsuite></testsuites>`;
  expect(failedInPytest(xml)).toEqual([
    'tests.a.TestA: test_b: AssertionError: a<b & "c"',
    'tests.a: test_c[a b]: failed on setup with "ValueError: no"',
  ]);
});
