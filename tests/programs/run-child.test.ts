import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { runChild, tailOf, type ChildRequest } from "../../programs/run-child.ts";
import { identify } from "../../store/processes.ts";
import { endLeftovers, MARK, markFor } from "../../store/step-processes.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
let count = 0;

function request(script: string, more: Partial<ChildRequest> = {}): ChildRequest & { pids: number[] } {
  const pids: number[] = [];
  return {
    command: process.execPath,
    args: ["-e", script],
    environment: process.env,
    mark: randomUUID(),
    log: path.join(folder, `${count++}.log`),
    signal: new AbortController().signal,
    grace: () => 5_000,
    starting: () => Promise.resolve(),
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

const written = (log: string) => until(() => existsSync(log) && statSync(log).size > 0);

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
    expect(await runChild(request("", { command: path.join(folder, "none") }))).toEqual({
      how: "not-started",
      code: "ENOENT",
    });
    expect(await runChild(request("", { command: folder }))).toEqual({ how: "not-started", code: "EACCES" });
    expect(await runChild(request("x".repeat(3_000_000)))).toEqual({ how: "not-started", code: "E2BIG" });
    expect(await runChild(request("a\0b"))).toEqual({
      how: "not-started",
      code: "ERR_INVALID_ARG_VALUE",
    });
  });

  test.each([126, 127])("that ends with %d itself was started", async (code) => {
    expect(await runChild(request(`process.exit(${code})`))).toEqual({ how: "exit", code });
  });

  test("that may not start any more does not", async () => {
    const child = request("console.log('up')", { starting: () => Promise.reject(new Error("taken over")) });
    await expect(runChild(child)).rejects.toThrow("taken over");
    expect(child.pids).toEqual([]);
    const aborted = request("console.log('up')", { signal: AbortSignal.abort() });
    expect(await runChild(aborted)).toEqual({ how: "signal", signal: "SIGTERM" });
    expect(existsSync(aborted.log)).toBe(false);
  });

  test("gets variables whose names are no words", async () => {
    const odd = { "my.setting": "1", "A-B": "2", "BASH_FUNC_f%%": "() { echo hi; }", LINES: "a\nb" };
    const child = request("console.log(JSON.stringify(process.env))", { environment: odd });
    await runChild(child);
    expect(JSON.parse(readFileSync(child.log, "utf8"))).toMatchObject(odd);
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
    await written(child.log);
    abort.abort();
    expect(await ended).toEqual({ how: "signal", signal: "SIGTERM" });
  });

  test("that ignores SIGTERM is killed after the grace", async () => {
    const abort = new AbortController();
    const script =
      "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up')";
    const child = request(script, { signal: abort.signal, grace: () => 300 });
    const ended = runChild(child);
    await written(child.log);
    abort.abort();
    expect(await ended).toEqual({ how: "signal", signal: "SIGKILL" });
    expect(readFileSync(child.log, "utf8")).toContain("no");
  });

  test.skipIf(process.platform !== "linux").each<[string, () => true]>([
    ["the kernel does not let go", () => true],
    [
      "is another user's, as under sudo,",
      () => {
        throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
      },
    ],
  ])(
    "that %s is named and not waited for; its successor does not begin beside it",
    async (_, signalled) => {
      const stop = new AbortController();
      const child = request("setInterval(() => {}, 1000)", { signal: stop.signal, grace: () => 100 });
      const running = runChild(child);
      await until(() => child.pids.length > 0);
      const kill = vi.spyOn(process, "kill").mockImplementation(signalled);
      try {
        stop.abort();
        const named = expect.stringContaining(`(process ${child.pids[0]}, state `);
        expect(await running).toEqual({ how: "signal", signal: "SIGKILL", stuck: [named] });
        await expect(endLeftovers({ mark: child.mark, leader: null })).rejects.toThrow(
          `(process ${child.pids[0]}, state S) of an earlier attempt cannot be ended`,
        );
      } finally {
        kill.mockRestore();
        process.kill(child.pids[0]!, "SIGKILL");
      }
    },
    30_000,
  );

  test("takes its own children with it", async () => {
    const abort = new AbortController();
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(c.pid); setInterval(() => {}, 1000)`;
    const child = request(script, { signal: abort.signal });
    const ended = runChild(child);
    await written(child.log);
    const grandchild = Number(readFileSync(child.log, "utf8"));
    expect(identify(grandchild)).toBeDefined();
    abort.abort();
    await ended;
    await until(() => identify(grandchild) === undefined);
  });

  const linux = test.skipIf(process.platform !== "linux");
  const detachedChild = (work: string, more = "") =>
    `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(work)}], { detached: true, stdio: 'ignore' ${more} }); c.unref(); console.log(c.pid);`;

  linux("takes children in sessions of their own with it, when it ends and when it is aborted", async () => {
    const stays = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
    const ending = request(detachedChild(stays));
    expect(await runChild(ending)).toEqual({ how: "exit", code: 0 });
    expect(identify(Number(readFileSync(ending.log, "utf8")))).toBeUndefined();

    const abort = new AbortController();
    const script = `${detachedChild(stays)} setInterval(() => {}, 1000)`;
    const aborted = request(script, { signal: abort.signal, grace: () => 300 });
    const ended = runChild(aborted);
    await written(aborted.log);
    abort.abort();
    expect(await ended).toEqual({ how: "signal", signal: "SIGTERM" });
    expect(identify(Number(readFileSync(aborted.log, "utf8")))).toBeUndefined();
  });

  linux("lets what it leaves behind save something", async () => {
    const saved = path.join(folder, "saved");
    const work = `process.on('SIGTERM', () => { require('fs').writeFileSync(${JSON.stringify(saved)}, 'yes'); process.exit() }); setInterval(() => {}, 1000)`;
    const script = `${detachedChild(work)} setTimeout(() => {}, 500)`;
    await runChild(request(script));
    expect(readFileSync(saved, "utf8")).toBe("yes");
  });

  linux("takes a child that took its environment off with it while it lives", async () => {
    const abort = new AbortController();
    const script = `${detachedChild("setInterval(() => {}, 1000)", ", env: {}")} setInterval(() => {}, 1000); process.on('SIGTERM', () => {})`;
    const child = request(script, { signal: abort.signal, grace: () => 300 });
    const ended = runChild(child);
    await written(child.log);
    abort.abort();
    await ended;
    expect(identify(Number(readFileSync(child.log, "utf8")))).toBeUndefined();
  });

  linux("takes one with it that took its environment off, also when its parent ended by itself", async () => {
    const child = request(
      `${detachedChild("setInterval(() => {}, 1000)", ", env: {}")} setTimeout(() => {}, 1500)`,
    );
    expect(await runChild(child)).toEqual({ how: "exit", code: 0 });
    expect(identify(Number(readFileSync(child.log, "utf8")))).toBeUndefined();
  });

  linux("whose first process is gone leaves nothing to its successor", async () => {
    const mark = randomUUID();
    const script = `const { spawn } = require('child_process'); const c = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }); c.unref(); console.log(c.pid)`;
    const leader = spawn(process.execPath, ["-e", script], {
      env: { ...process.env, [MARK]: markFor(mark) },
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const orphan = Number(await text(leader.stdout));
    await until(() => leader.exitCode !== null);
    expect(identify(orphan)).toBeDefined();
    await endLeftovers({ mark, leader: null });
    expect(identify(orphan)).toBeUndefined();
  });
});
