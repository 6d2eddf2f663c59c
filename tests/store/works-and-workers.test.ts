import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { forgetWorkers } from "../../store/forget-workers.ts";
import { home } from "../../store/home.ts";
import { keys } from "../../store/keys.ts";
import { hubModels } from "../../store/hub-models.ts";
import { withStoreLock } from "../../store/lock.ts";
import { identify } from "../../store/processes.ts";
import { openFolders, sizeOf, walk } from "../../store/walk.ts";
import { announceWorker, liveWorkers, mostGpusOfWorkers, surelyLiveWorkers } from "../../store/workers.ts";
import { differences, listWorks, noteWork, refusedElsewhere, workOf } from "../../store/works.ts";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { writeCheckpoints } from "../support/checkpoint-folder.ts";
import { temporaryFolder } from "../support/folders.ts";
import { inFolder } from "../support/stores.ts";

let root = "";
let { objects } = inFolder(root);
beforeEach(() => {
  root = temporaryFolder();
  ({ objects } = inFolder(root));
});

describe("whose work a step directory holds", () => {
  const about = (fields: object, more: object = {}) => ({
    ...{ recipe: "demo", step: "sft", fields: { ...fields } },
    ...more,
  });

  test("is noted, and listed; what is being removed, or says nothing, is not", async () => {
    await noteWork(objects, "k1", about({ "with.lr": 1 }));
    await noteWork(objects, "k2.1.removed", about({}));
    mkdirSync(home.work(root, "k3"));
    expect(await listWorks(objects)).toEqual([{ key: "k1", about: about({ "with.lr": 1 }) }]);
    expect(await workOf(objects, "k1")).toEqual(about({ "with.lr": 1 }));
    expect(await workOf(objects, "k3")).toBeUndefined();
    expect(await listWorks(inFolder(path.join(root, "none")).objects)).toEqual([]);
  });

  test("is told apart by the fields that differ, of either", () => {
    const before = about({ "with.lr": 0.001, "with.gone": 1, same: { a: 1, b: 2 }, kind: "a" });
    const now = about({ "with.lr": 0.002, same: { b: 2, a: 1 }, kind: "a", new: true });
    expect(differences(before, now)).toBe("lr 0.001 -> 0.002, gone 1 -> none, new none -> true");
    expect(differences(now, now)).toBe("");
  });

  test("other checkpoints of the same step of the same recipe are named, with what differs", async () => {
    const works = [
      { key: "own", about: about({ "with.lr": 1 }) },
      { key: "other", about: about({ "with.lr": 2 }) },
      { key: "bare", about: about({ "with.lr": 3 }) },
      { key: "step", about: about({ "with.lr": 2 }, { step: "grpo" }) },
      { key: "recipe", about: about({ "with.lr": 2 }, { recipe: "big" }) },
    ];
    for (const { key } of works) {
      const folder = path.join(root, keys.checkpoints(key));
      mkdirSync(folder, { recursive: true });
      if (key !== "bare") writeCheckpoints(folder, key, 2, 4);
    }
    expect(await refusedElsewhere(objects, works, works[0]!)).toEqual([
      "checkpoint-4 of an earlier try: lr 2 -> 1",
    ]);
  });
});

describe("the workers of a run", () => {
  const folder = () => path.join(home.run(root, "r"), "workers");
  const gone = { ...identify(process.pid)!, started: "1" };
  const elsewhere = { ...identify(process.pid)!, space: "pid:[1]" };
  const put = (name: string, worker: object) => {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(path.join(folder(), name), JSON.stringify(worker));
  };

  test("are those that have announced themselves and live", async () => {
    const worker = await announceWorker(root, "r", 2);
    const [file] = readdirSync(folder());
    expect(file).toMatch(new RegExp(`-${process.pid}-[0-9a-f-]{36}\\.json$`));
    put("gone.json", { host: "h", process: gone, gpus: 8 });
    put("odd.json", {});
    const own = [`${os.hostname()} process ${process.pid}`];
    expect(await liveWorkers(root, "r")).toEqual(own);
    expect(await surelyLiveWorkers(root, "r")).toEqual(own);
    expect(await mostGpusOfWorkers(root, "r")).toBe(2);
    await worker.leave();
    expect(await liveWorkers(root, "r")).toEqual([]);
    expect(await mostGpusOfWorkers(root, "r")).toBe(0);
    expect(await liveWorkers(root, "none")).toEqual([]);
  });

  test("one of another container counts as long as it is not known to be gone; the most GPUs of one count", async () => {
    put("far.json", { host: "far", process: elsewhere, gpus: 4 });
    put("old.json", { host: "old", process: identify(process.pid) });
    expect((await liveWorkers(root, "r")).sort()).toEqual([
      `far process ${process.pid}`,
      `old process ${process.pid}`,
    ]);
    expect(await mostGpusOfWorkers(root, "r")).toBe(4);
  });

  test("are forgotten in a copy, with those who work in step directories, and nothing else", async () => {
    put("a.json", { host: "h", process: gone });
    const work = home.work(root, "k");
    mkdirSync(work, { recursive: true });
    for (const name of ["owner-1.json", "about.json"]) writeFileSync(path.join(work, name), "{}");
    await forgetWorkers(root);
    expect(existsSync(folder())).toBe(false);
    expect(existsSync(home.run(root, "r"))).toBe(true);
    expect(readdirSync(work)).toEqual(["about.json"]);
    await forgetWorkers(path.join(root, "none"));
  });
});

test("who decides what a store keeps comes one after the other, also after a failure", async () => {
  const order: string[] = [];
  const long = withStoreLock(root, async () => {
    order.push("first begins");
    await new Promise((resolve) => setTimeout(resolve, 150));
    order.push("first ends");
    throw new Error("no room");
  });
  while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const next = withStoreLock(root, async () => order.push("second"));
  await expect(long).rejects.toThrow("no room");
  expect(await next).toBe(3);
  expect(order).toEqual(["first begins", "first ends", "second"]);
  expect(readdirSync(root)).toEqual([]);
});

test("of a step's models on the hub the last attempt's counts, by parameter", () => {
  const hub = (parameter: string, commit: string): TrainerEvent => ({
    event: "hub",
    time: 1,
    parameter,
    id: "lab/m",
    revision: "main",
    commit,
  });
  const other: TrainerEvent = { event: "message", time: 1, text: "a" };
  expect(hubModels([hub("model", "c1"), other, hub("judge", "c3"), hub("model", "c2")])).toEqual({
    hub: {
      model: { id: "lab/m", revision: "main", commit: "c2" },
      judge: { id: "lab/m", revision: "main", commit: "c3" },
    },
  });
  expect(hubModels([other])).toEqual({});
});

describe("what is below a folder", () => {
  test("has the size of its files, not of its folders; what is not there has none", async () => {
    mkdirSync(path.join(root, "a", "b"), { recursive: true });
    writeFileSync(path.join(root, "a", "b", "c"), "12345");
    writeFileSync(path.join(root, "a", "d"), "123");
    expect(await sizeOf(path.join(root, "a"))).toBe(8);
    expect(await sizeOf(path.join(root, "none"))).toBe(0);
    const found: string[] = [];
    for await (const { path: place } of walk(path.join(root, "a")))
      found.push(path.relative(root, place.toString()));
    expect(found[0]).toBe("a");
    expect(found.sort()).toEqual(["a", path.join("a", "b"), path.join("a", "b", "c"), path.join("a", "d")]);
  });

  test("is told of every name, however many there are", async () => {
    const names = Array.from({ length: 600 }, (_, number) => `many-${number}`);
    mkdirSync(path.join(root, "many"));
    for (const name of names) writeFileSync(path.join(root, "many", name), "1");
    const found: string[] = [];
    for await (const { path: place, stats } of walk(path.join(root, "many")))
      if (stats.isFile()) found.push(path.basename(place.toString()));
    expect(found.sort()).toEqual(names.sort());
  });

  test("its folders are opened to their owner, and only they", async () => {
    const { chmodSync, statSync } = await import("node:fs");
    const inner = path.join(root, "closed", "inner");
    mkdirSync(inner, { recursive: true });
    writeFileSync(path.join(inner, "file"), "");
    chmodSync(path.join(inner, "file"), 0o400);
    chmodSync(inner, 0o550);
    await openFolders(path.join(root, "closed"));
    expect(statSync(inner).mode & 0o777).toBe(0o750);
    expect(statSync(path.join(inner, "file")).mode & 0o777).toBe(0o400);
    rmSync(inner, { recursive: true });
  });
});
