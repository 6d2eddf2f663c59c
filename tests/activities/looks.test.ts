import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { lookAgainAndAgain } from "../../activities/command/looks.ts";

test("looks that take longer than their interval do not overlap, and none goes on after the end", async () => {
  let [open, most, ended] = [0, 0, 0];
  const looks = lookAgainAndAgain(async () => {
    open += 1;
    most = Math.max(most, open);
    await sleep(50);
    open -= 1;
    ended += 1;
  }, 5);
  await sleep(180);
  await looks.stop();
  expect([most, open]).toEqual([1, 0]);
  const before = ended;
  expect(before).toBeGreaterThan(1);
  await sleep(80);
  expect(ended).toBe(before);
});

test("what came after the last look is seen by a further one", async () => {
  let there = false;
  const seen: boolean[] = [];
  const looks = lookAgainAndAgain(async () => {
    const now = there;
    await sleep(30);
    seen.push(now);
  }, 1);
  await sleep(15);
  there = true;
  await looks.stop();
  expect(seen.at(-1)).toBe(true);
});

test("a look that fails does not keep the next one from being made", async () => {
  let count = 0;
  const looks = lookAgainAndAgain(async () => {
    await sleep(1);
    count += 1;
    throw new Error("it went away meanwhile");
  }, 1);
  await expect.poll(() => count).toBeGreaterThan(2);
  await looks.stop();
});
