import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { Fence, isHeld } from "../../store/fence.ts";
import { isForkOf } from "../../store/forks.ts";
import { SILENT_MS } from "../../store/presence.ts";
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
  const owner = (worker: unknown, child: unknown = null, host = os.hostname()) =>
    JSON.stringify({ token: "t", host, worker, child, released: false });

  test("lets one attempt of a worker in, and the next one after it", async () => {
    const place = folder();
    const first = await Fence.take(place);
    await expect(Fence.take(place)).rejects.toThrow("another attempt of this worker works on this step");
    await first.check();
    await first.release();
    const second = await Fence.take(place);
    await second.check();
    await second.release();
  });

  test("lets no stale attempt publish", async () => {
    const place = folder();
    const stale = await Fence.take(place);
    writeFileSync(path.join(place, "owner-2.json"), owner(identify(process.pid)));
    await expect(stale.check()).rejects.toThrow("another attempt took this step over");
    await expect(stale.noteChild(process.pid)).rejects.toThrow("another attempt");
    await stale.release();
    expect(readFileSync(path.join(place, "owner-2.json"), "utf8")).toContain('"t"');
  });

  test("is taken by one of many that come at once", async () => {
    const place = folder();
    writeFileSync(path.join(place, "owner-1.json"), owner(DEAD));
    const script = `import(${JSON.stringify(path.join(packageRoot, "dist/store/fence.js"))}).then(({ Fence }) => Fence.take(process.argv[1])).then(() => setTimeout(() => console.log("in"), 1500), () => console.log("out"))`;
    const ended = await Promise.all(
      Array.from({ length: 6 }, () => execa(process.execPath, ["-e", script, place])),
    );
    expect(ended.map(({ stdout }) => stdout).sort()).toEqual(["in", "out", "out", "out", "out", "out"]);
  });

  test.each([-10, 10])(
    "of another container, whose clock is %i minutes off, holds while it is touched",
    async (off) => {
      vi.useFakeTimers({ toFake: ["performance"] });
      const place = folder();
      const file = path.join(place, "owner-1.json");
      // Of the same host, under a number that is nobody's here.
      writeFileSync(file, owner({ ...identify(process.pid)!, space: "pid:[1]", started: "1" }));
      for (let beat = 1; beat < 30; beat++) {
        const time = new Date(Date.now() + off * 60_000 + beat);
        utimesSync(file, time, time);
        await expect(Fence.take(place)).rejects.toThrow("another worker");
        if (beat > 1) expect(await isHeld(place)).toBe(true);
        vi.advanceTimersByTime(10_000);
      }
      vi.advanceTimersByTime(SILENT_MS - 10_001);
      await expect(Fence.take(place)).rejects.toThrow("another worker");
      vi.advanceTimersByTime(1);
      await (await Fence.take(place)).release();
    },
  );

  test("taken over clears nothing of its successor", async () => {
    const place = folder();
    const stale = await Fence.take(place);
    writeFileSync(path.join(place, "owner-2.json"), owner(identify(process.pid)));
    writeFileSync(path.join(place, "result"), "the successor's");
    await stale.clear();
    expect(readdirSync(place).sort()).toEqual(["owner-2.json", "result"]);
  });

  test.each(["clear", "release"] as const)(
    "taken over does not %s what a later attempt holds under the same number",
    async (end) => {
      const place = folder();
      const stale = await Fence.take(place);
      // Its successor is done, the row was cleared, and begun anew.
      rmSync(path.join(place, "owner-1.json"));
      writeFileSync(path.join(place, "owner-1.json"), owner(identify(process.pid)));
      await stale[end]();
      expect(readFileSync(path.join(place, "owner-1.json"), "utf8")).toContain('"token":"t"');
    },
  );

  test("taken over while it notes its program does not start it", async () => {
    const place = folder();
    const stale = await Fence.take(place);
    const other = sleeper();
    const noting = stale.noteChild(other.pid!);
    writeFileSync(path.join(place, "owner-2.json"), owner(identify(process.pid)));
    await expect(noting).rejects.toThrow("another attempt took this step over");
    other.kill("SIGKILL");
  });

  test("ends what a dead worker left behind", async () => {
    const place = folder();
    const orphan = sleeper();
    const child = identify(orphan.pid!)!;
    writeFileSync(path.join(place, "owner-1.json"), owner(DEAD, child));
    await Fence.take(place);
    expect(isAlive(child)).toBe(false);
  });

  test("ends what an earlier worker left that its successor died before ending", async () => {
    const place = folder();
    const orphan = sleeper();
    const child = identify(orphan.pid!)!;
    writeFileSync(path.join(place, "owner-3.json"), owner(DEAD, child));
    writeFileSync(path.join(place, "owner-4.json"), owner(DEAD));
    await Fence.take(place);
    expect(isAlive(child)).toBe(false);
    expect(readdirSync(place).filter((name) => name.endsWith(".json"))).toEqual([
      "owner-4.json",
      "owner-5.json",
    ]);
  });

  test("ends a fork of a dead worker that is not its program yet", async () => {
    const place = folder();
    writeFileSync(path.join(place, "owner-1.json"), owner(DEAD));
    writeFileSync(path.join(place, "owner-t.held"), "");
    const held = openSync(path.join(place, "owner-t.held"), "r");
    const fork = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: ["ignore", held] });
    closeSync(held);
    const identity = identify(fork.pid!)!;
    const fence = await Fence.take(place);
    expect(isAlive(identity)).toBe(false);
    await fence.clear();
    await vi.waitFor(() => expect(existsSync(place)).toBe(false));
  });

  test("holds a file open that forks of its worker have, and their programs have not", async () => {
    const place = folder();
    const fence = await Fence.take(place);
    const held = `owner-${fence.mark}.held`;
    const program = sleeper();
    expect([isForkOf(process.pid, held), isForkOf(program.pid!, held)]).toEqual([true, false]);
    program.kill("SIGKILL");
    await fence.release();
    expect(isForkOf(process.pid, held)).toBe(false);
    expect(readdirSync(place)).toEqual(["owner-1.json"]);
  });

  test("never ends a process that only has the same pid", async () => {
    const place = folder();
    const innocent = sleeper();
    const identity = identify(innocent.pid!)!;
    writeFileSync(path.join(place, "owner-1.json"), owner(DEAD, { ...identity, started: "1" }));
    await Fence.take(place);
    expect(isAlive(identity)).toBe(true);
    innocent.kill("SIGKILL");
  });

  test("refuses while another worker lives", async () => {
    const place = folder();
    const other = sleeper();
    writeFileSync(path.join(place, "owner-1.json"), owner(identify(other.pid!)));
    await expect(Fence.take(place)).rejects.toThrow(
      `another worker (process ${other.pid} on ${os.hostname()}) works on this step`,
    );
    other.kill("SIGKILL");
  });

  test("notes the child by pid, boot, pid namespace and start time", async () => {
    const place = folder();
    const fence = await Fence.take(place);
    await fence.noteChild(process.pid);
    const noted = JSON.parse(readFileSync(path.join(place, "owner-1.json"), "utf8")) as { child: unknown };
    expect(noted.child).toEqual(identify(process.pid));
  });
});
