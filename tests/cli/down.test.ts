import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const runs = path.join(folder, ".reprise", "runs");
const server = path.join(folder, ".reprise", "server", "server.json");

function recipe(name: string, seconds: number): string {
  const step = `{ uses: run/command, with: { argv: [sleep, "${seconds}"] } }`;
  writeFileSync(path.join(folder, `${name}.yaml`), `recipe: 1\nname: ${name}\nsteps:\n  a: ${step}\n`);
  return `${name}.yaml`;
}

const fileOf = (name: string, file: string): string => {
  const run = existsSync(runs) ? readdirSync(runs).find((id) => id.startsWith(`${name}-`)) : undefined;
  return path.join(runs, run ?? "none", file);
};

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > 60_000) throw new Error("it did not happen");
    await sleep(50);
  }
}

test("down leaves a server alone that is in use; by force its runs stop and are kept", async () => {
  const file = recipe("busy", 15);
  const running = start(folder, ["run", file]);
  await until(() => existsSync(fileOf("busy", "a/log.txt")));
  const refused = await reprise(folder, ["down"]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/The server is in use: busy-\S+ \(.* process \d+\)\..*--force/);
  expect(existsSync(server)).toBe(true);
  expect((await reprise(folder, ["down", "--force"])).stdout).toContain("The server is stopped");
  const ended = await running;
  expect(ended.exitCode).toBe(5);
  expect(ended.stderr).toContain("was stopped by 'reprise down'");
  await sleep(2_000);
  expect(existsSync(server)).toBe(false);
  const again = await reprise(folder, ["run", file]);
  expect(again.stdout).toContain("Going on with run busy-");
  expect(again.code).toBe(0);
  expect((await reprise(folder, ["down"])).code).toBe(0);
});

test("a worker of all runs logs each by itself, and ends when its server is stopped", async () => {
  const names = ["one", "two"];
  for (const name of names) {
    const running = start(folder, ["run", recipe(name, name === "one" ? 5 : 6)]);
    await until(() => existsSync(fileOf(name, "a/log.txt")));
    running.kill("SIGINT");
    expect((await running).exitCode).toBe(130);
  }
  const before = names.map((name) => readFileSync(fileOf(name, "engine.log"), "utf8").length);
  const worker = start(folder, ["worker"]);
  await until(() => names.every((name) => existsSync(fileOf(name, "record.json"))));
  for (const [index, name] of names.entries()) {
    const log = readFileSync(fileOf(name, "engine.log"), "utf8").slice(before[index]);
    expect(log).toContain(`"taskQueue":"${name}-`);
    expect(log).not.toContain(`"taskQueue":"${names[1 - index]}-`);
  }
  await until(() => names.every((name) => readdirSync(fileOf(name, "workers")).length === 0));
  expect((await reprise(folder, ["down"])).code).toBe(0);
  const ended = await worker;
  expect(ended.exitCode).toBe(5);
  expect(ended.stderr).toContain("was stopped by 'reprise down'");
  expect(existsSync(server)).toBe(false);
});
