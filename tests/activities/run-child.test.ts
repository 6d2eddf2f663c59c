import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runChild, tailOf, type ChildRequest } from "../../activities/run-child.ts";
import { identify } from "../../store/processes.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
let count = 0;

function request(script: string, more: Partial<ChildRequest> = {}): ChildRequest & { pids: number[] } {
  const pids: number[] = [];
  return {
    command: process.execPath,
    args: ["-e", script],
    log: path.join(folder, `${count++}.log`),
    signal: new AbortController().signal,
    grace: () => 5_000,
    started: async (pid) => void pids.push(pid),
    pids,
    ...more,
  };
}

const until = async (condition: () => boolean) => {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 10_000) throw new Error("it did not happen");
    await sleep(20);
  }
};

describe("a child", () => {
  test("that ends well leaves its output in the log", async () => {
    const child = request("console.log('out'); console.error('err')");
    expect(await runChild(child)).toEqual({ how: "exit", code: 0 });
    expect(readFileSync(child.log, "utf8")).toBe("out\nerr\n");
  });

  test("that fails is told by its exit code", async () => {
    expect(await runChild(request("process.exit(7)"))).toEqual({ how: "exit", code: 7 });
  });

  test("that is killed is told by the signal", async () => {
    expect(await runChild(request("process.kill(process.pid, 'SIGKILL')"))).toEqual({
      how: "signal",
      signal: "SIGKILL",
    });
  });

  test("that cannot be started says so", async () => {
    expect(await runChild(request("", { command: path.join(folder, "none") }))).toMatchObject({
      how: "not-started",
    });
  });

  test("that floods standard error does not fill the memory, and its tail is bounded", async () => {
    const child = request("for (let i = 0; i < 300000; i++) console.error('line ' + i)");
    const before = process.memoryUsage().rss;
    expect(await runChild(child)).toEqual({ how: "exit", code: 0 });
    expect(statSync(child.log).size).toBeGreaterThan(3_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    expect(await tailOf(child.log, 2)).toBe("line 299998\nline 299999");
  });

  test("that hangs ends with SIGTERM when it is aborted", async () => {
    const abort = new AbortController();
    const child = request("setInterval(() => {}, 1000); console.log('up')", { signal: abort.signal });
    const ended = runChild(child);
    await until(() => statSync(child.log).size > 0);
    abort.abort();
    expect(await ended).toEqual({ how: "signal", signal: "SIGTERM" });
  });

  test("that ignores SIGTERM is killed after the grace", async () => {
    const abort = new AbortController();
    const script =
      "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up')";
    const child = request(script, { signal: abort.signal, grace: () => 300 });
    const ended = runChild(child);
    await until(() => statSync(child.log).size > 0);
    abort.abort();
    expect(await ended).toEqual({ how: "signal", signal: "SIGKILL" });
    expect(readFileSync(child.log, "utf8")).toContain("no");
  });

  test("takes its own children with it", async () => {
    const abort = new AbortController();
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(c.pid); setInterval(() => {}, 1000)`;
    const child = request(script, { signal: abort.signal });
    const ended = runChild(child);
    await until(() => statSync(child.log).size > 0);
    const grandchild = Number(readFileSync(child.log, "utf8"));
    expect(identify(grandchild)).toBeDefined();
    abort.abort();
    await ended;
    await until(() => identify(grandchild) === undefined);
  });
});
