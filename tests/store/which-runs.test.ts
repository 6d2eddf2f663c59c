import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { home } from "../../store/home.ts";
import { isOpen, OpenRuns, openRuns } from "../../store/open-runs.ts";
import {
  listRuns,
  listRunsOf,
  loadRecord,
  loadRun,
  newRunId,
  recordDefects,
  setPaused,
} from "../../store/runs.ts";
import { notesOfSteps } from "../../store/step-notes.ts";
import { temporaryFolder } from "../support/folders.ts";
import { doneStep, keepOutcome, keepRun, recordOf, startedRun } from "../support/kept-runs.ts";
import { inFolder } from "../support/stores.ts";

let root = "";
let store = inFolder(root);
beforeEach(() => {
  root = path.join(temporaryFolder(), ".reprise");
  store = inFolder(root);
});
const none = () => inFolder(path.join(root, "none"));

test("a run's id has the recipe's name, the time to the second, and the plan's first digits", () => {
  const now = new Date("2026-11-27T09:08:07.654Z");
  expect(newRunId("st-r1", "abcdef0123", now)).toBe("st-r1-20261127-090807-abcdef");
});

test("runs are listed by when they began, the newest first; what is no run, or is being removed, is not", async () => {
  for (const [run, started] of [
    ["b", "2026-01-02T00:00:00Z"],
    ["c", "2026-01-03T00:00:00Z"],
    ["a", "2026-01-01T00:00:00Z"],
    ["d.1.removed", "2026-01-04T00:00:00Z"],
  ] as const)
    await keepRun(store, startedRun(run, started));
  mkdirSync(home.run(root, "empty"));
  writeFileSync(path.join(home.runs(root), "stray"), "");
  expect(await listRuns(store)).toEqual(["c", "b", "a"]);
  expect(await listRuns(none())).toEqual([]);
});

test("a recipe's runs are told by their names: no other recipe's, whose name begins alike", async () => {
  const ids = ["demo-20261127-000000-abcdef", "demo-20261128-000000-012345"];
  const others = [
    "demo-2-20261129-000000-abcdef",
    "demo-20261127-000000-abcdef.x.removed",
    "a-demo-20261127-000000-abcdef",
    "demo-20261127-000000-abcde",
  ];
  for (const id of [...ids, ...others]) mkdirSync(home.run(root, id), { recursive: true });
  expect(await listRunsOf(store.objects, "demo")).toEqual(ids.toReversed());
  expect(await listRunsOf(store.objects, "demo-2")).toEqual([others[0]]);
  expect(await listRunsOf(none().objects, "demo")).toEqual([]);
});

test("a run is open until it is over or paused; a record that cannot be read is none", async () => {
  await keepRun(store, startedRun("old", "2026-01-01T00:00:00Z"));
  await keepRun(store, startedRun("new", "2026-01-02T00:00:00Z"));
  await keepRun(store, startedRun("over", "2026-01-03T00:00:00Z"), recordOf("over"));
  await keepRun(store, startedRun("paused", "2026-01-04T00:00:00Z", { paused: true }));
  await keepRun(store, startedRun("odd", "2026-01-05T00:00:00Z"), { ...recordOf("odd"), seconds: "x" });
  expect(await openRuns(store)).toEqual(["odd", "new", "old"]);
  const each = await Promise.all(["new", "over", "paused", "odd", "none"].map((run) => isOpen(store, run)));
  expect(each).toEqual([true, false, false, true, false]);
  expect(await loadRecord(store.objects, "odd")).toBeUndefined();
  expect(await recordDefects(store.objects, "odd")).toEqual([expect.stringContaining("'seconds' is \"x\"")]);
  expect([await recordDefects(store.objects, "over"), await recordDefects(store.objects, "new")]).toEqual([
    [],
    [],
  ]);
  expect((await loadRecord(store.objects, "over"))?.run).toBe("over");
});

test("a run is paused and goes on; one that is not there is not made by it", async () => {
  await keepRun(store, startedRun("r", "2026-01-01T00:00:00Z"));
  await setPaused(store, "r", true);
  expect((await loadRun(store, "r"))?.paused).toBe(true);
  await setPaused(store, "r", false);
  expect((await loadRun(store, "r"))?.paused).toBe(false);
  await setPaused(store, "none", true);
  expect(await listRuns(store)).toEqual(["r"]);
});

test("an input beside the store moves with it, another one keeps its place", async () => {
  const beside = path.join(path.dirname(root), "data");
  const input = (uri: string) => ({ uri, digest: "d", type: "path" });
  const run = startedRun("r", "2026-01-01T00:00:00Z");
  run.request.inputs = { beside: input(beside), far: input("/far/data") };
  await keepRun(store, run);
  const { request } = (await loadRun(store, "r"))!;
  expect(request.inputs).toEqual({ beside: input(beside), far: input("/far/data") });
});

test("an outcome is read as far as it can be used", async () => {
  const notes = notesOfSteps(store.objects);
  await keepOutcome(store, "r", doneStep("s", { metrics: { loss: 1 } }));
  await keepOutcome(store, "r", { ...doneStep("odd"), metrics: { loss: null, fine: 2 } } as { id: string });
  await keepOutcome(store, "r", { id: "lost", outputs: {} } as { id: string });
  expect((await notes.loadOutcome("r", "s"))?.metrics).toEqual({ loss: 1 });
  expect(await notes.readOutcome("r", "odd")).toMatchObject({
    outcome: { metrics: { fine: 2 } },
    defects: [expect.stringContaining("metrics.loss")],
  });
  expect(await notes.readOutcome("r", "lost")).toMatchObject({ outcome: null });
  expect(await notes.loadOutcome("r", "lost")).toBeUndefined();
  expect(await notes.readOutcome("r", "none")).toBeUndefined();
});

test("open runs are looked for again and again: what ends, begins or goes is seen", async () => {
  const runs = new OpenRuns(store);
  expect(await runs.list()).toEqual(new Set());
  await keepRun(store, startedRun("a", "2026-01-01T00:00:00Z"));
  await keepRun(store, startedRun("b", "2026-01-02T00:00:00Z"));
  for (let look = 0; look < 5; look++) expect(await runs.list()).toEqual(new Set(["a", "b"]));
  await keepRun(store, startedRun("a", "2026-01-01T00:00:00Z"), recordOf("a"));
  utimesSync(home.run(root, "a"), 1, 1);
  expect(await runs.list()).toEqual(new Set(["b"]));
});

test("a run whose folder has not changed for long is not read again; one that changed within a tick of the clock is", async () => {
  await keepRun(store, startedRun("a", "2026-01-01T00:00:00Z"));
  const still = () => utimesSync(home.run(root, "a"), 1, 1);
  still();
  const runs = new OpenRuns(store);
  const isListed = async () => (await runs.list()).has("a");
  expect([await isListed(), await isListed(), await isListed()]).toEqual([true, true, true]);
  await setPaused(store, "a", true);
  still();
  // Read once more, as it is not sure yet.
  const after = [];
  for (let look = 0; look < 3; look++) after.push(await isListed());
  expect(after).toEqual([true, true, true]);
  utimesSync(home.run(root, "a"), 2, 2);
  expect(await isListed()).toBe(false);
});
