import { expect, test } from "vitest";
import { waitBeforeNext } from "../../workflows/retries.ts";

const retry = { attempts: 4, backoffSeconds: 3, on: ["exit" as const, "oom" as const] };
const waits = (code: string, attempts = retry.attempts) =>
  [1, 2, 3, 4, 5].map((attempt) => waitBeforeNext({ ...retry, attempts }, attempt, code));

test("the wait doubles with each failure, and the last try is the last", () => {
  expect(waits("exit")).toEqual([3, 6, 12, null, null]);
  expect(waits("oom", 2)).toEqual([3, null, null, null, null]);
  expect(waits("exit", 1)).toEqual([null, null, null, null, null]);
});

test("only classes that the recipe names are tried again", () => {
  expect(waits("data")).toEqual([null, null, null, null, null]);
});
