import { expect, test } from "vitest";
import { Closers } from "../../core/closers.ts";

test("what was opened is closed once, the last first, also where one cannot be; its error is told", async () => {
  const closed: string[] = [];
  const closers = new Closers();
  closers.add(() => closed.push("first"));
  closers.add(async () => {
    await Promise.resolve();
    throw new Error("stuck");
  });
  closers.add(() => closed.push("last"));
  await expect(closers.close()).rejects.toThrow("stuck");
  expect(closed).toEqual(["last", "first"]);
  await closers.close();
  expect(closed).toEqual(["last", "first"]);
});
