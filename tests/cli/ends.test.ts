import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { openStore } from "../../store/store.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

/** A recipe with one step that runs a shell script. */
function recipe(name: string, script: string, more = ""): string {
  const argv = JSON.stringify(["sh", "-c", script]);
  const step = `{ uses: run/command, with: { argv: ${argv} }${more} }`;
  writeFileSync(path.join(folder, `${name}.yaml`), `recipe: 1\nname: ${name}\nsteps:\n  a: ${step}\n`);
  return `${name}.yaml`;
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 40_000) throw new Error("it did not happen");
    await sleep(20);
  }
}

const runs = path.join(folder, ".reprise", "runs");
const runOf = (name: string): string | undefined =>
  existsSync(runs) ? readdirSync(runs).find((run) => run.startsWith(`${name}-`)) : undefined;
const fileOf = (name: string, file: string): string => path.join(runs, runOf(name) ?? "none", file);
const began = (name: string) => existsSync(fileOf(name, "run.json"));
const marked = (name: string): string => path.join(folder, `${name}.mark`);

/** Processes of this file's steps: each of them sleeps for a time of its own. */
async function sleeping(seconds: number): Promise<string[]> {
  const { stdout } = await execa("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line === `sleep ${seconds}`);
}

describe("while its server starts", () => {
  test("a run that is cancelled ends as cancelled, and no program of it begins after that word", async () => {
    await reprise(folder, ["down"]);
    const script = `sleep 6.25; echo ended > '${marked("early")}'`;
    const running = start(folder, ["run", recipe("early", script)]);
    await until(() => began("early"));
    const cancelled = await reprise(folder, ["cancel", "last"]);
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringContaining("is cancelled") as string });
    expect((await running).exitCode).toBe(4);
    expect((JSON.parse(readFileSync(fileOf("early", "record.json"), "utf8")) as RunRecord).status).toBe(
      "cancelled",
    );
    expect(await sleeping(6.25)).toEqual([]);
    await sleep(3_000);
    expect(await sleeping(6.25)).toEqual([]);
    expect(existsSync(marked("early"))).toBe(false);
  });

  test("a run that is paused waits, and no program of it is at work before it goes on", async () => {
    await reprise(folder, ["down"]);
    const script = `sleep 6.5; echo ended > '${marked("waits")}'`;
    const running = start(folder, ["run", recipe("waits", script)]);
    await until(() => began("waits"));
    const paused = await reprise(folder, ["pause", "last"]);
    expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining("is paused") as string });
    expect((await running).exitCode).toBe(130);
    await sleep(1_000);
    expect(await sleeping(6.5)).toEqual([]);
    expect(existsSync(marked("waits"))).toBe(false);
    expect((await reprise(folder, ["resume", "last"])).code).toBe(0);
    expect(existsSync(marked("waits"))).toBe(true);
  });

  test("a run that is paused while it is detached is told to be paused", async () => {
    await reprise(folder, ["down"]);
    const file = recipe("apart", `sleep 30; echo ended > '${marked("apart")}'`);
    const detaching = start(folder, ["run", file, "--detach"]);
    await until(() => began("apart"));
    const paused = await reprise(folder, ["pause", "last"]);
    expect(`${paused.stdout}${paused.stderr}`).toContain("paus");
    expect(paused.code).toBe(0);
    const { exitCode, stdout, stderr } = await detaching;
    expect(stderr).not.toContain("did not start");
    expect(stdout).toMatch(exitCode === 130 ? "The run is paused." : "It runs on its own");
    // Whether its program had begun or not, it has not ended well.
    expect(existsSync(marked("apart"))).toBe(false);
    expect((await reprise(folder, ["status", "last"])).stdout).toMatch(/: paused/);
  });
});

test("a run is paused also where a worker of it lives and answers nothing", async () => {
  const running = start(folder, ["run", recipe("mute", `sleep 30; echo ended > '${marked("mute")}'`)]);
  await until(() => existsSync(fileOf("mute", "a/log.txt")));
  running.kill("SIGKILL");
  await running;
  const mute = await openStore(path.join(folder, ".reprise")).local.announceWorker(runOf("mute")!, 0);
  const paused = await reprise(folder, ["pause", "last"]);
  expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining("is paused") as string });
  await mute.leave();
  expect((await reprise(folder, ["status", "last"])).stdout).toMatch(/: paused/);
  expect(existsSync(marked("mute"))).toBe(false);
});

describe("a server that takes connections and says nothing", () => {
  test("is told within 30 s, and Ctrl-C is heard before", { timeout: 90_000 }, async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const env = { TEMPORAL_ADDRESS: `127.0.0.1:${(silent.address() as AddressInfo).port}` };
    const file = recipe("silent", "true");
    const before = Date.now();
    const told = await reprise(folder, ["run", file], env);
    expect(told.stderr).toContain("No Temporal server answers at 127.0.0.1:");
    expect(told.code).toBe(5);
    expect(Date.now() - before).toBeLessThan(30_000);

    const asking = once(silent, "connection");
    const left = start(folder, ["run", file], env);
    await asking;
    await sleep(500);
    const asked = Date.now();
    left.kill("SIGINT");
    expect((await left).exitCode).toBe(130);
    expect(Date.now() - asked).toBeLessThan(4_000);
    silent.close();
  });
});

describe.skipIf(process.platform !== "linux")("all that a step's program has started", () => {
  test("ends with it, in whatever session: at its end and at its timeout", async () => {
    const ends = recipe("leaves", "setsid sleep 7131 & sleep 7132 & sleep 0.3");
    expect((await reprise(folder, ["run", ends])).code).toBe(0);
    const late = recipe("late", "trap '' TERM; setsid sleep 7133", ", timeout: 2s");
    expect((await reprise(folder, ["run", late])).stdout).toContain("[timeout]");
    for (const seconds of [7131, 7132, 7133]) expect(await sleeping(seconds)).toEqual([]);
  });

  test("ends before its successor begins, also when its first process is gone", async () => {
    // The first attempt leaves a child alone with a worker that is killed; the second one looks whether it is there.
    const here = "ps -eo args | grep -c '^sleep 7134$'";
    const first = `touch '${marked("alone")}'; setsid sleep 7134 & sleep 1; kill -9 $PPID; exit 1`;
    const file = recipe("alone", `if [ -e '${marked("alone")}' ]; then ${here}; exit 0; fi; ${first}`);
    const died = await reprise(folder, ["run", file]);
    expect(died.code).toBeUndefined();
    expect(await sleeping(7134)).toHaveLength(1);
    expect((await reprise(folder, ["run", file])).code).toBe(0);
    expect(readFileSync(fileOf("alone", "a/log.txt"), "utf8").trim()).toBe("0");
  });
});

test("an environment variable reaches a program if it is usual or named, whatever it is called", async () => {
  const argv = JSON.stringify(["sh", "-c", "tr '\\0' '\\n' < /proc/self/environ"]);
  writeFileSync(
    path.join(folder, "named.yaml"),
    `recipe: 1
name: named
steps:
  plain: { uses: run/command, with: { argv: ${argv} } }
  named: { uses: run/command, with: { argv: ${argv}, pass_env: [my.setting, LAB_*], env: { "odd-name": x } } }
`,
  );
  const given = {
    "my.setting": "1",
    LAB_A: "2",
    AWS_SECRET_ACCESS_KEY: "never",
    "BASH_FUNC_f%%": "() { :; }",
  };
  const first = await reprise(folder, ["run", "named.yaml"], given);
  expect(first.code).toBe(0);
  const log = (step: string) => readFileSync(fileOf("named", `${step}/log.txt`), "utf8");
  expect(log("plain")).toMatch(/^PATH=/m);
  expect(log("plain")).toContain("BASH_FUNC_f%%=");
  expect(log("plain")).not.toMatch(/my\.setting|LAB_A|AWS_/);
  expect(log("named")).toContain("my.setting=1\n");
  expect(log("named")).toContain("LAB_A=2\n");
  expect(log("named")).toContain("odd-name=x\n");
  expect(log("named")).not.toContain("AWS_");
  // Another value is another result; of what is usual it is not.
  const again = await reprise(folder, ["run", "named.yaml", "--json"], {
    ...given,
    LAB_A: "3",
    TERM: "dumb",
  });
  const record = JSON.parse(again.stdout) as RunRecord;
  expect(record.steps.map(({ id, status }) => [id, status])).toEqual([
    ["plain", "reused"],
    ["named", "done"],
  ]);
});
