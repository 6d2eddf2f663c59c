import { expect, test } from "vitest";
import { agreeing, counted } from "../../schemas/counted.ts";

test("a word agrees with its count", () => {
  expect([0, 1, 2].map((count) => counted(count, "reply"))).toEqual(["0 replies", "1 reply", "2 replies"]);
  expect(["day", "batch", "process", "frame"].map((word) => counted(2, word))).toEqual([
    ...["2 days", "2 batches", "2 processes", "2 frames"],
  ]);
  expect([1, 2].map((count) => agreeing(count, "has", "have"))).toEqual(["has", "have"]);
});
