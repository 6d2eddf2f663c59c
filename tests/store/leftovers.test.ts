import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { publish } from "../../store/artifacts.ts";
import { removeFromCache } from "../../store/cache.ts";
import { collect } from "../../store/collect.ts";
import { home } from "../../store/home.ts";
import { identify } from "../../store/processes.ts";
import { listRuns } from "../../store/runs.ts";
import { temporaryFolder } from "../support/folders.ts";
import { inFolder } from "../support/stores.ts";

let root: string;
beforeEach(() => {
  root = path.join(temporaryFolder(), "store");
  mkdirSync(root);
});

const KEY = "a".repeat(64);

/** A file of 1,000 bytes at a path in the store. */
function put(name: string): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "x".repeat(1000));
}

/** The owner of a step's directory: a live worker, which is another process than this. */
function putOwner(released: boolean): void {
  const owner = { token: "t", worker: identify(process.ppid)!, child: null, released };
  mkdirSync(home.work(root, KEY), { recursive: true });
  const text = JSON.stringify({ host: os.hostname(), ...owner });
  writeFileSync(path.join(home.work(root, KEY), "owner-1.json"), text);
}

const young = { milliseconds: 30 * 86_400_000 };

describe("a collection", () => {
  test("clears what interrupted removals left, of any sort and age", async () => {
    const left = [`artifacts/${KEY}.removed`, `work/${KEY}.1.removed`, "runs/r-1.2.removed"];
    for (const name of left) put(`${name}/content/w`);
    put("runs/r-1.2.removed/run.json");
    expect(await listRuns(inFolder(root))).toEqual([]);
    const dry = await collect(inFolder(root), young, true);
    expect(dry.removed.map(({ what, name, bytes }) => [what, name, bytes])).toEqual([
      ["leftover", left[0], 1000],
      ["leftover", left[2], 2000],
      ["leftover", left[1], 1000],
    ]);
    expect(dry.freed).toBe(4000);
    await collect(inFolder(root), young, false);
    for (const folder of ["artifacts", "work", "runs"])
      expect(readdirSync(path.join(root, folder)), folder).toEqual([]);
  });

  test("clears the folder of a run that was never noted, an hour after its id was taken", async () => {
    for (const run of ["r-1", "r-2", "r-3"]) mkdirSync(path.join(root, "runs", run), { recursive: true });
    put("runs/r-3/engine.log");
    const before = new Date(Date.now() - 3_700_000);
    for (const run of ["r-2", "r-3"]) utimesSync(path.join(root, "runs", run), before, before);
    await collect(inFolder(root), young, false);
    expect(readdirSync(path.join(root, "runs")).sort()).toEqual(["r-1", "r-3"]);
  });

  test("is not stopped by what an interrupted one left under the very name", async () => {
    const made = path.join(root, "made");
    mkdirSync(made);
    writeFileSync(path.join(made, "w"), "w");
    const { digest } = await publish(inFolder(root).objects, made, "path");
    put(`artifacts/${digest}.removed/content/w`);
    await collect(inFolder(root), { bytes: 0 }, false);
    expect(readdirSync(path.join(root, "artifacts"))).toEqual([]);
  });

  test("clears what an interrupted publishing left", async () => {
    putOwner(true);
    put(`work/${KEY}/out/m.1.partial/content/w`);
    put(`work/${KEY}/out/other/w`);
    put(`artifacts/${KEY}.1.partial/content/w`);
    put(`steps/${KEY}.json.1.partial`);
    const { removed } = await collect(inFolder(root), young, false);
    expect(removed).toHaveLength(3);
    expect(readdirSync(path.join(root, "artifacts"))).toEqual([]);
    expect(readdirSync(path.join(root, "steps"))).toEqual([]);
    expect(readdirSync(path.join(home.work(root, KEY), "out"))).toEqual(["other"]);
  });

  test("leaves what a live attempt is publishing, also as an earlier version does it", async () => {
    putOwner(false);
    put(`work/${KEY}/out/m.1.partial/content/w`);
    put(`artifacts/${KEY}.1.partial/content/w`);
    put(`steps/${KEY}.json.1.partial`);
    expect((await collect(inFolder(root), { bytes: 0 }, false)).removed).toEqual([]);
    expect(existsSync(path.join(root, `artifacts/${KEY}.1.partial/content/w`))).toBe(true);
    expect(existsSync(path.join(root, `work/${KEY}/out/m.1.partial/content/w`))).toBe(true);
  });

  test("removes a step's directory, whatever the names in it", async () => {
    put(`work/${KEY}/checkpoints/a`);
    const folder = path.join(home.work(root, KEY), "checkpoints");
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]), "x".repeat(1000));
    const { removed } = await collect(inFolder(root), { bytes: 0 }, false);
    expect(removed).toMatchObject([{ what: "work", bytes: 2000 }]);
    expect(readdirSync(home.works(root))).toEqual([]);
  });
});

test("a result can be removed although an interrupted write of it lies beside it", async () => {
  put(`steps/${KEY}.json`);
  put(`steps/${KEY}.json.1.partial`);
  expect(await removeFromCache(inFolder(root), KEY.slice(0, 8), false)).toEqual({
    how: "removed",
    name: `result ${KEY}`,
  });
});
