import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runChild } from "../../../programs/run-child.ts";
import { PythonHost, type HostRequest } from "../../../programs/warm/python-host.ts";
import { identify } from "../../../store/processes.ts";
import { endLeftovers, MARK, markFor } from "../../../store/step-processes.ts";
import { afterwards, temporaryFolder } from "../../support/folders.ts";
import { until } from "../../support/runs.ts";
import { standIn, standInJob, type Facts } from "../../support/warm.ts";

const MINUTE = 60_000;
const folder = realpathSync(temporaryFolder());

function hostFrom(request: HostRequest): PythonHost {
  const host = new PythonHost(request);
  afterwards(() => host.end());
  return host;
}

let count = 0;
/** A job, and how a step's program would begin it on a host. */
function stepOn(host: PythonHost, params: object = {}, more: { abort?: AbortSignal } = {}) {
  const job = standInJob(folder, `job-${++count}`, params);
  const mark = randomUUID();
  const pids: number[] = [];
  const ended = runChild({
    ...{ command: "false", args: [], environment: {}, mark, log: job.log, grace: () => 5_000 },
    signal: more.abort ?? new AbortController().signal,
    starting: () => Promise.resolve(),
    started: async (pid) => void pids.push(pid),
    fork: async (to) => {
      const begun = await host.begin({ ...to, job: job.file, folder });
      return typeof begun === "string" ? undefined : begun;
    },
  });
  return { ...job, mark, pids, ended };
}

/** Waits until a step has said so much, and its host, which says it beside, who it is. */
const spoken = async (step: { said: () => Promise<string[]>; pids: readonly number[] }, texts = 1) => {
  const isKnown = async () => (await step.said()).length >= texts && step.pids.length > 0;
  for (let waited = 0; !(await isKnown()); waited += 20) {
    if (waited > 20_000) throw new Error("the step said nothing");
    await sleep(20);
  }
};
const exit = (code: number) => ({ how: "exit", code });
const signalled = (signal: string) => ({ how: "signal", signal });
const gone = (pid: number) => until(() => identify(pid) === undefined);

describe.skipIf(process.platform !== "linux")("a host", { timeout: MINUTE }, () => {
  let inherited: string[] = [];
  const request = standIn();
  const host = process.platform === "linux" ? hostFrom(request) : (undefined as never);

  test("begins steps one after the other, each as a new process would be", async () => {
    expect(await host.ready).toBeNull();
    const first = stepOn(host);
    expect(await first.ended).toEqual(exit(0));
    const second = stepOn(host);
    expect(await second.ended).toEqual(exit(0));
    expect(JSON.parse(readFileSync(second.result, "utf8"))).toEqual({ ok: true, metrics: {} });

    // The same by its command.
    const plain = standInJob(folder, "plain", {});
    const mark = randomUUID();
    const environment = { ...request.environment, [MARK]: markFor(mark) };
    const options = { cwd: folder, env: environment, stdio: "ignore" } as const;
    spawnSync(request.python, ["-m", "reprise_trainer", plain.file], options);
    const [forked, other, fresh] = [await first.facts(), await second.facts(), await plain.facts()];

    expect(forked.parent).toBe(host.pid);
    expect([forked.group, forked.session]).toEqual([forked.pid, forked.pid]);
    expect(first.pids).toEqual([forked.pid]);
    expect(forked.shown.filter((entry) => !entry.startsWith(MARK)).sort()).toEqual(
      fresh.shown.filter((entry) => !entry.startsWith(MARK)).sort(),
    );
    expect(forked.shown).toContain(`${MARK}=${markFor(first.mark)}`);
    expect(forked.variables).toEqual({ ...fresh.variables, [MARK]: markFor(first.mark) });
    expect(forked.command).toEqual([request.python, "-m", "reprise_trainer", first.file]);
    expect(forked.arguments).toEqual([fresh.arguments[0], first.file]);
    // Whoever runs the tests may have files open that all programs get.
    inherited = fresh.files.slice(4);
    expect(forked.files).toEqual(["/dev/null", first.log, first.log, first.events, ...inherited]);
    const alike: (keyof Facts)[] = [
      "folder",
      "umask",
      "nice",
      "path",
      "input",
      "handlers",
      "blocked",
      "collects",
    ];
    for (const fact of alike) expect([fact, forked[fact]]).toEqual([fact, fresh[fact]]);
    expect(forked.random).not.toEqual(other.random);
    expect(forked.random[1]).not.toBe(other.random[1]);
    // What the libraries said is in each log, as if they had been loaded for it.
    expect(first.wrote()).toBe("the libraries speak\na step speaks\n");
    expect(second.wrote()).toBe("the libraries speak\na step speaks\n");
  });

  test("gives a step nothing of another one", async () => {
    const running = stepOn(host, { seconds: 600 });
    await spoken(running);
    const other = stepOn(host);
    expect(await other.ended).toEqual(exit(0));
    const { files, shown, variables } = await other.facts();
    expect(files).toEqual(["/dev/null", other.log, other.log, other.events, ...inherited]);
    expect(JSON.stringify([shown, variables])).not.toContain(running.mark);
    process.kill(running.pids[0]!, "SIGKILL");
    expect(await running.ended).toEqual(signalled("SIGKILL"));
  });

  test("tells how a step ended, and does not end with it", async () => {
    for (const code of [1, 75, 255]) expect(await stepOn(host, { exit: code }).ended).toEqual(exit(code));
    const killed = stepOn(host, { seconds: 600 });
    await spoken(killed);
    process.kill(killed.pids[0]!, "SIGSEGV");
    expect(await killed.ended).toEqual(signalled("SIGSEGV"));
    expect(await stepOn(host).ended).toEqual(exit(0));
  });

  test("lets a step stop as it is asked to, with all that it has started", async () => {
    const abort = new AbortController();
    const step = stepOn(host, { seconds: 600, leaves: true }, { abort: abort.signal });
    await spoken(step, 2);
    const left = Number((await step.said())[1]!.split(" ")[1]);
    expect(identify(left)).toBeDefined();
    abort.abort();
    // The trainer's own answer to SIGTERM.
    expect(await step.ended).toEqual(exit(75));
    expect(identify(left)).toBeUndefined();
  });

  test("leaves a step's processes to be found by their mark", async () => {
    const step = stepOn(host, { seconds: 600, leaves: true });
    await spoken(step, 2);
    const left = Number((await step.said())[1]!.split(" ")[1]);
    await endLeftovers({ mark: step.mark, leader: null });
    expect(identify(left)).toBeUndefined();
    expect(await step.ended).toEqual(signalled("SIGKILL"));
    expect(await stepOn(host).ended).toEqual(exit(0));
  });

  test("that is killed takes its steps with it, and says so", async () => {
    const own = hostFrom(standIn());
    const step = stepOn(own, { seconds: 600, leaves: true });
    await spoken(step, 2);
    const left = Number((await step.said())[1]!.split(" ")[1]);
    process.kill(own.pid!, "SIGKILL");
    expect(await step.ended).toEqual(signalled("SIGKILL"));
    expect([identify(step.pids[0]!), identify(left)]).toEqual([undefined, undefined]);
    expect(await own.over).toEqual({ why: "it ended (SIGKILL)", killed: true });
    expect(await own.begin({ job: "", folder: null, log: "", mark: "" })).toBe("it ended (SIGKILL)");
  });

  test("ends with its worker, and its steps with it", async () => {
    const job = standInJob(folder, "orphan", { seconds: 600 });
    const script = `
      const { PythonHost } = await import(${JSON.stringify(path.resolve("dist/programs/warm/python-host.js"))});
      setInterval(() => {}, 1000);
      const host = new PythonHost(${JSON.stringify(standIn())});
      await host.ready;
      const begun = await host.begin(${JSON.stringify({ job: job.file, folder, log: job.log, mark: randomUUID() })});
      console.log(host.pid, begun.pid);
      process.kill(process.pid, "SIGKILL");`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    const pids = stdout.trim().split(" ").map(Number);
    expect([stderr, pids.length]).toEqual(["", 2]);
    for (const pid of pids) await gone(pid);
  });

  test("whose step ends unseen, as it is stopped itself, counts as lost", { timeout: MINUTE }, async () => {
    const own = hostFrom(standIn());
    const step = stepOn(own, { seconds: 600 });
    await spoken(step);
    process.kill(own.pid!, "SIGSTOP");
    process.kill(step.pids[0]!, "SIGKILL");
    expect(await step.ended).toEqual(signalled("SIGKILL"));
    expect((await own.over).why).toBe("it did not tell that a step had ended");
    await gone(own.pid!);
  });

  test.each([
    ["missing", "ModuleNotFoundError: No module named 'trl'"],
    ["thread", "2 threads are alive (p"],
    ["dies", "it ended (exit code 3)"],
    ["babbles", "it told of step 7, which nobody asked for"],
  ])("whose libraries are such that they cannot be forked (%s) says so", async (how, why) => {
    const own = hostFrom(standIn(how));
    expect(await own.ready).toContain(why);
    expect(await own.begin({ job: "", folder: null, log: "", mark: "" })).toContain(why);
    await gone(own.pid!);
  });

  test("that is no host is not taken for one", async () => {
    const none = hostFrom({ ...standIn(), python: path.join(folder, "none") });
    expect(await none.ready).toContain("ENOENT");
    expect(await hostFrom({ ...standIn(), python: "/bin/true" }).ready).toBe("it ended (exit code 0)");
  });

  test("refuses what cannot be begun, and goes on", async () => {
    const { file, log } = standInJob(folder, "refused", {});
    const ask = { job: file, folder, log, mark: randomUUID() };
    const refusals = [
      { ...ask, folder: path.join(folder, "none") },
      { ...ask, log: folder },
      { ...ask, mark: "short" },
    ];
    const said = await Promise.all(refusals.map((each) => host.begin(each)));
    expect(said).toEqual([
      expect.stringContaining("FileNotFoundError"),
      expect.stringContaining("IsADirectoryError"),
      expect.stringContaining("has no place for a mark of"),
    ]);
    expect(await stepOn(host).ended).toEqual(exit(0));
  });

  test("is ended by what it cannot read", async () => {
    const own = hostFrom(standIn());
    await own.ready;
    const ask = { job: 1, folder, log: "", mark: "" } as unknown as Parameters<PythonHost["begin"]>[0];
    expect(await own.begin(ask)).toBe("it ended (exit code 1)");
  });

  test("that is ended while it loads says nothing of another one", async () => {
    const own = hostFrom(standIn("slow"));
    own.end();
    expect(await own.ready).toBe("it was ended");
    expect(await own.over).toMatchObject({ killed: true });
    await gone(own.pid!);
  });

  test("leaves nothing when it is ended", async () => {
    const own = hostFrom(standIn());
    await own.ready;
    own.end();
    // One that has ended stands there until it is waited for.
    await until(() => !existsSync(`/proc/${own.pid}`));
  });
});
