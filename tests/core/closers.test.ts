import { expect, test } from "vitest";
import { Closers, opening } from "../../core/closers.ts";

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

test("what was opened is closed where the next cannot be opened, whose error is told; and stays open where all can be", async () => {
  const closed: string[] = [];
  const failing = opening((closers) => {
    closers.add(() => {
      closed.push("one");
      throw new Error("stuck");
    });
    closers.add(() => closed.push("other"));
    return Promise.reject(new Error("away"));
  });
  await expect(failing).rejects.toThrow("away");
  expect(closed).toEqual(["other", "one"]);
  const opened = await opening((closers) => {
    closers.add(() => closed.push("third"));
    return Promise.resolve(closers);
  });
  expect(closed).toHaveLength(2);
  await opened.close();
  expect(closed).toEqual(["other", "one", "third"]);
});
