import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Fence } from "../../store/fence.ts";
import { identify, isAlive } from "../../store/processes.ts";
import { temporaryFolder } from "../support/folders.ts";

const base = temporaryFolder();
let count = 0;
const folder = () => {
  const place = path.join(base, String(count++));
  mkdirSync(place);
  return place;
};
const sleeper = () =>
  spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
const DEAD = { pid: 1, boot: "another boot", started: "0" };

describe("a step's fence", () => {
  test("lets only the last attempt publish", async () => {
    const place = folder();
    const first = await Fence.take(place);
    const second = await Fence.take(place);
    await expect(first.check()).rejects.toThrow("another attempt took this step over");
    await expect(first.noteChild(process.pid)).rejects.toThrow("another attempt");
    await second.check();
  });

  test("ends what a dead worker left behind", async () => {
    const place = folder();
    const orphan = sleeper();
    const child = identify(orphan.pid!)!;
    writeFileSync(path.join(place, "owner.json"), JSON.stringify({ token: "t", worker: DEAD, child }));
    await Fence.take(place);
    expect(isAlive(child)).toBe(false);
  });

  test("never ends a process that only has the same pid", async () => {
    const place = folder();
    const innocent = sleeper();
    const identity = identify(innocent.pid!)!;
    writeFileSync(
      path.join(place, "owner.json"),
      JSON.stringify({ token: "t", worker: DEAD, child: { ...identity, started: "1" } }),
    );
    await Fence.take(place);
    expect(isAlive(identity)).toBe(true);
    innocent.kill("SIGKILL");
  });

  test("refuses while another worker lives", async () => {
    const place = folder();
    const other = sleeper();
    writeFileSync(
      path.join(place, "owner.json"),
      JSON.stringify({ token: "t", worker: identify(other.pid!), child: null }),
    );
    await expect(Fence.take(place)).rejects.toThrow(
      `another worker (process ${other.pid}) works on this step`,
    );
    other.kill("SIGKILL");
  });

  test("notes the child by pid, boot and start time", async () => {
    const place = folder();
    const fence = await Fence.take(place);
    await fence.noteChild(process.pid);
    const owner = JSON.parse(readFileSync(path.join(place, "owner.json"), "utf8")) as { child: unknown };
    expect(owner.child).toEqual(identify(process.pid));
  });
});
