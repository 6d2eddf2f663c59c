import { expect, test } from "vitest";
import { serverArguments } from "../../engine/server-process.ts";

const settings = (): Record<string, unknown> => {
  const args = serverArguments("/store/temporal.db", 7233);
  const given = args.filter((_, index) => args[index - 1] === "--dynamic-config-value");
  return Object.fromEntries(
    given.map((one) => [
      one.slice(0, one.indexOf("=")),
      JSON.parse(one.slice(one.indexOf("=") + 1)) as unknown,
    ]),
  );
};

test("the server is told its settings as JSON, each once, and its address is loopback", () => {
  const args = serverArguments("/store/temporal.db", 7233);
  expect(args.slice(0, 7)).toEqual([
    ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", "7233"],
  ]);
  expect(args.filter((arg) => arg === "--dynamic-config-value")).toHaveLength(Object.keys(settings()).length);
  expect(settings()).toMatchObject({
    "frontend.enableServerVersionCheck": false,
    "matching.longPollExpirationInterval": "150s",
  });
});

test("no interval is 0 that makes the server spin when a task queue becomes idle", () => {
  expect(settings()["matching.ephemeralDataUpdateInterval"]).toMatch(/^[1-9]\d*m$/);
});

test("a poll is answered before its task queue counts as idle, which is after five minutes", () => {
  const seconds = Number(/^(\d+)s$/.exec(String(settings()["matching.longPollExpirationInterval"]))?.[1]);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThan(300);
});
