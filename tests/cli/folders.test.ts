import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { reprise, start } from "../support/cli.ts";
import { afterwards, temporaryFolder } from "../support/folders.ts";
import { folderWith, shell, until } from "../support/runs.ts";

/** A folder with a run that waits for a file 'go', left by Ctrl-C; and another folder to call commands in. */
async function leftRun() {
  const base = temporaryFolder();
  const [folder, other] = [path.join(base, "project"), path.join(base, "other")];
  mkdirSync(other);
  folderWith(folder, { wait: shell("pwd >> begun; while [ ! -e go ]; do sleep 0.1; done") });
  const home = { REPRISE_HOME: path.join(base, "stores", "one") };
  afterwards(() => reprise(base, ["down", "--force"], home));
  const running = start(folder, ["run", "r.yaml"], home);
  const begun = () =>
    existsSync(path.join(folder, "begun")) ? readFileSync(path.join(folder, "begun"), "utf8") : "";
  await until(() => begun() !== "");
  running.kill("SIGINT");
  expect((await running).exitCode).toBe(130);
  writeFileSync(path.join(folder, "go"), "");
  const runs = path.join(home.REPRISE_HOME, "runs");
  const file = path.join(runs, readdirSync(runs)[0]!, "run.json");
  return { folder, other, begun, file, home };
}

test("a worker in another folder runs programs where the run was begun", async () => {
  const { folder, other, begun, home } = await leftRun();
  expect((await reprise(other, ["worker", "last"], home)).code).toBe(0);
  expect([begun(), readdirSync(other)]).toEqual([`${folder}\n${folder}\n`, []]);
}, 120_000);

test("of a run of an earlier version, whose file names no folder, they run in the worker's own", async () => {
  const { folder, other, begun, file, home } = await leftRun();
  const { folder: noted, ...before } = JSON.parse(readFileSync(file, "utf8")) as { folder: string };
  expect(noted).toBe(folder);
  writeFileSync(file, JSON.stringify(before));
  writeFileSync(path.join(other, "go"), "");
  expect((await reprise(other, ["worker", "last"], home)).code).toBe(0);
  expect([begun(), readFileSync(path.join(other, "begun"), "utf8")]).toEqual([`${folder}\n`, `${other}\n`]);
}, 120_000);

test("resume in another folder reads the recipe where the run was begun, and says when that is gone", async () => {
  const { folder, other, begun, home } = await leftRun();
  // Another recipe of the same name is none of its business.
  folderWith(other, { stray: shell("pwd > stray") });
  renameSync(folder, `${folder} aside`);
  expect(await reprise(other, ["resume", "last"], home)).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(
      /^The folder '.*\/project', of the recipe of the run inside-.*, is not there\. Put it back and try again, or run the recipe elsewhere: what is finished is reused\.$/,
    ) as string,
  });
  renameSync(`${folder} aside`, folder);
  expect((await reprise(other, ["resume", "last"], home)).code).toBe(0);
  expect([begun(), existsSync(path.join(other, "stray"))]).toEqual([`${folder}\n${folder}\n`, false]);
}, 120_000);
