import { chmodSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { beat, presenceOf, SILENT_MS } from "../../store/presence.ts";
import { identify, standingOf } from "../../store/processes.ts";
import { temporaryFolder } from "../support/folders.ts";

const base = temporaryFolder();
const here = identify(process.pid)!;
const IN_A_CONTAINER = { ...here, space: "pid:[1]" };
let file: string;
let count = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  file = path.join(base, String(count++));
  writeFileSync(file, "");
});

const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);
/** As a host whose clock is so many minutes off writes it. */
const beatOf = (minutesOff: number, after = 0) => {
  const time = new Date(Date.now() + minutesOff * 60_000 + after);
  utimesSync(file, time, time);
};

test("a process of another pid namespace, or of another kernel, is unknown, whatever its number is here", () => {
  expect(standingOf(here)).toBe("alive");
  expect(standingOf({ ...here, started: "1" })).toBe("gone");
  expect(standingOf(IN_A_CONTAINER)).toBe("unknown");
  expect(standingOf({ ...IN_A_CONTAINER, started: "1" })).toBe("unknown");
  const { space: _, ...older } = here;
  expect(standingOf({ ...older, started: "1" })).toBe("unknown");
  expect(standingOf({ ...here, boot: "another" })).toBe("unknown");
});

test.each([-10, 0, 10])(
  "an owner whose clock is %i minutes off lives while its beat changes",
  async (off) => {
    beatOf(off);
    expect(await presenceOf(IN_A_CONTAINER, file)).toBe("unknown");
    for (let look = 1; look < 20; look++) {
      pass(SILENT_MS - 1);
      beatOf(off, look);
      expect(await presenceOf(IN_A_CONTAINER, file)).toBe("alive");
    }
  },
);

test.each([-10, 0, 10])("and is gone a minute after the last change that was seen", async (off) => {
  beatOf(off);
  expect(await presenceOf(IN_A_CONTAINER, file)).toBe("unknown");
  pass(SILENT_MS - 1);
  expect(await presenceOf(IN_A_CONTAINER, file)).toBe("unknown");
  beatOf(off, 1);
  expect(await presenceOf(IN_A_CONTAINER, file)).toBe("alive");
  pass(SILENT_MS - 1);
  expect(await presenceOf(IN_A_CONTAINER, file)).toBe("alive");
  pass(1);
  expect(await presenceOf(IN_A_CONTAINER, file)).toBe("gone");
});

test("a beat is seen also from a clock that stands still", async () => {
  await presenceOf(IN_A_CONTAINER, file);
  const { mtime } = statSync(file);
  utimesSync(file, mtime, mtime);
  chmodSync(file, 0o600);
  expect(await presenceOf(IN_A_CONTAINER, file)).toBe("alive");
});

test("an owner of an earlier boot is gone, on a disk that only this kernel has", async () => {
  expect(await presenceOf({ ...here, boot: "another" }, file)).toBe(
    process.platform === "linux" ? "gone" : "unknown",
  );
});

test("whoever takes its file away is gone; a beat says so", async () => {
  expect(await beat(file)).toBe(true);
  expect(await beat(`${file}-none`)).toBe(false);
  expect(await presenceOf(IN_A_CONTAINER, `${file}-none`)).toBe("gone");
});
