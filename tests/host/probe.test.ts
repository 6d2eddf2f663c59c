import { expect, test } from "vitest";
import { probe } from "../../host/probe.ts";

test("a program's answer is its exit code and what it printed", async () => {
  expect(await probe("sh", ["-c", "echo one; echo two >&2; exit 3"])).toEqual({
    exitCode: 3,
    stdout: "one",
    late: null,
  });
});

test("one that is not there has no answer, and is not late", async () => {
  expect(await probe("no-such-program-here", [])).toMatchObject({ exitCode: undefined, late: null });
});

test.each([
  ["ignores every signal that it can", "trap '' TERM INT HUP; sleep 60"],
  ["leaves its output to another one", "sleep 60 & exit 0"],
])("one that %s is not waited for", async (_, script) => {
  const begun = Date.now();
  expect(await probe("sh", ["-c", script], { limitMs: 500 })).toEqual({
    exitCode: undefined,
    stdout: "",
    late: "sh gave no answer within 0.5 s",
  });
  expect(Date.now() - begun).toBeLessThan(5_000);
});
