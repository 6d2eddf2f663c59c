import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Plan, StepOutcome } from "../../schemas/plan.ts";
import type { StartedRun } from "../../store/runs.ts";
import { storeOver, type Store } from "../../store/store.ts";
import { temporaryFolder } from "../support/folders.ts";
import { memoryObjects } from "../support/memory-objects.ts";

// Nothing of what hosts share is to be found in the folder: whatever looks there fails here.
let root: string;
let store: Store;
const PRINT = "f".repeat(64);
const RUN = "toy-20260101-000000-abcdef";

beforeEach(() => {
  root = path.join(temporaryFolder(), ".reprise");
  mkdirSync(root);
  store = storeOver(memoryObjects(path.join(root, "copies")), root);
});

function made(text: string): string {
  const folder = path.join(root, "out", text);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "file"), text);
  return folder;
}

const started = (steps: { id: string }[]): StartedRun => ({
  request: {
    ...{ run: RUN, plan: { recipe: { name: "toy" }, steps } as unknown as Plan },
    ...{ capacity: { cpu: 1, gpu: 0, memoryGb: 1 } },
    ...{ inputs: {}, heartbeatSeconds: 1, failFast: false, redo: null },
  },
  folder: path.dirname(root),
  started: "2026-01-01T00:00:00Z",
  ...{ commit: null, settings: [], reuses: [], versions: [], paused: false },
});

async function finished(print: string, text: string) {
  const artifact = await store.artifacts.put(made(text), "path");
  const step = {
    ...{ run: RUN, made: "2026-11-24T00:00:00.000Z", inexact: [], outputs: { it: artifact } },
    ...{ metrics: { loss: 1 }, log: "s/log.txt", events: null, fields: { kind: "k" }, seconds: 1 },
  };
  await store.results.remember(print, step);
  return { artifact, step };
}

test("a store over memory publishes, recalls, lists, checks and collects", async () => {
  const { artifact, step } = await finished(PRINT, "one");
  await store.artifacts.touch([artifact]);
  expect(await store.results.recall(PRINT, { params: {} })).toEqual({ how: "whole", step });
  // Looking needs no copy.
  expect(existsSync(path.join(root, "copies"))).toBe(false);
  const place = await store.artifacts.get(artifact);
  expect(readFileSync(path.join(place, "file"), "utf8")).toBe("one");
  expect(await store.cache.list()).toMatchObject([{ fingerprint: PRINT, bytes: 3, id: "s", neededBy: [] }]);
  expect(await store.cache.verify()).toEqual({ checked: 1, damaged: [] });
  const { removed, freed } = await store.cache.collect({ bytes: 0 }, false);
  expect([removed.map(({ what }) => what), freed]).toEqual([["artifact"], 3]);
  expect(await store.results.recall(PRINT, { params: {} })).toEqual({ how: "unknown" });
  expect(existsSync(place)).toBe(false);
});

test("an artifact that is marked as damaged is made again, and a result is removed by name", async () => {
  const { artifact } = await finished(PRINT, "one");
  await store.artifacts.markDamaged(artifact, "it is odd");
  expect(await store.results.recall(PRINT, { params: {} })).toMatchObject({
    defects: ["the stored it is damaged: it is odd"],
  });
  await finished(PRINT, "one");
  expect(await store.results.recall(PRINT, { params: {} })).toMatchObject({ how: "whole" });
  expect(await store.cache.remove("ffff", false)).toMatchObject({ how: "removed" });
  expect(await store.cache.list()).toEqual([]);
});

test("a run is noted, found, paused and set aside, and what it counts on stays", async () => {
  expect(await store.runs.isTaken(RUN)).toBe(false);
  await store.runs.save(started([{ id: "s" }]));
  expect([await store.runs.isTaken(RUN), await store.runs.isOpen(RUN)]).toEqual([true, true]);
  const version = await store.runs.version(RUN);
  await store.runs.setPaused(RUN, true);
  expect(await store.runs.version(RUN)).not.toBe(version);
  expect((await store.runs.load(RUN))!.folder).toBe(path.dirname(root));
  expect([await store.runs.list(), await store.runs.listOf("toy"), await store.runs.listOpen()]).toEqual([
    [RUN],
    [RUN],
    [],
  ]);
  const { artifact } = await finished(PRINT, "one");
  const outcome = {
    ...{ id: "s", kind: "k", fingerprint: PRINT, inputs: {}, threads: null, status: "done", attempts: 1 },
    ...{ resumed_from: [], repeated: 0, seconds_lost: 0, inexact: [], failure: null, started: null },
    ...{ ended: null, outputs: { it: artifact }, metrics: { loss: 1 }, log: null, events: null },
  } as unknown as StepOutcome;
  await store.runs.saveOutcome(RUN, outcome);
  await store.runs.saveFields(RUN, "s", { kind: "k" });
  expect(await store.runs.loadOutcome(RUN, "s")).toEqual(outcome);
  expect((await store.cache.list())[0]!.neededBy).toEqual([RUN]);
  expect((await store.cache.collect({ bytes: 0 }, false)).removed).toEqual([]);
  await store.runs.setAside(RUN, { record: true, steps: ["s"], number: 1 });
  expect([await store.runs.loadOutcome(RUN, "s"), await store.runs.loadFields(RUN, "s")]).toEqual([
    undefined,
    undefined,
  ]);
});

test("inputs, environments and works are noted, and a step's directory is cleared", async () => {
  const input = made("input");
  const digest = await store.inputs.digest(input);
  expect(await store.inputs.digest(input)).toBe(digest);
  await store.environments.save("packages", { numpy: "1" });
  expect(await store.environments.load("packages")).toEqual({ numpy: "1" });
  const key = "k".repeat(64);
  mkdirSync(path.join(store.local.work(key).folder, "out"), { recursive: true });
  await store.works.note(key, { recipe: "toy", step: "s", fields: {} });
  expect((await store.works.list()).map((work) => work.key)).toEqual([key]);
  await store.works.clear(key);
  expect([await store.works.list(), readdirSync(store.local.work(key).folder)]).toEqual([[], []]);
});

test("it can be trusted", async () => {
  expect(await store.probe()).toBeNull();
  expect(readdirSync(root)).toEqual(["copies"]);
});
