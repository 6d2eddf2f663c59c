import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { lookDuring } from "../../outside/looks.ts";

test("looks that take longer than their interval do not overlap, and none goes on after the end", async () => {
  let [open, most, ended] = [0, 0, 0];
  const look = async () => {
    open += 1;
    most = Math.max(most, open);
    await sleep(50);
    open -= 1;
    ended += 1;
  };
  expect(await lookDuring(sleep(180, "done"), look, 5)).toBe("done");
  expect([most, open]).toEqual([1, 0]);
  const before = ended;
  expect(before).toBeGreaterThan(1);
  await sleep(80);
  expect(ended).toBe(before);
});

test("what came after the last look is seen by a further one, also if the work fails", async () => {
  let there = false;
  const seen: boolean[] = [];
  const look = async () => {
    const now = there;
    await sleep(30);
    seen.push(now);
  };
  const work = sleep(15).then(() => {
    there = true;
    throw new Error("it was stopped");
  });
  await expect(lookDuring(work, look, 1)).rejects.toThrow("it was stopped");
  expect(seen.at(-1)).toBe(true);
});

test("a look that fails does not keep the next one from being made", async () => {
  let count = 0;
  const look = async () => {
    await sleep(1);
    count += 1;
    throw new Error("it went away meanwhile");
  };
  await lookDuring(sleep(100), look, 1);
  expect(count).toBeGreaterThan(2);
});
