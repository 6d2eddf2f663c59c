import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { home } from "../../store/home.ts";
import { isOpen, OpenRuns } from "../../store/open-runs.ts";
import {
  listRuns,
  listRunsOf,
  loadOutcome,
  loadRecord,
  loadRun,
  newRunId,
  openRuns,
  readOutcome,
  recordDefects,
  setPaused,
} from "../../store/runs.ts";
import { temporaryFolder } from "../support/folders.ts";
import { doneStep, keepOutcome, keepRun, recordOf, startedRun } from "../support/kept-runs.ts";

let root = "";
beforeEach(() => {
  root = path.join(temporaryFolder(), ".reprise");
});

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
    await keepRun(root, startedRun(run, started));
  mkdirSync(home.run(root, "empty"));
  writeFileSync(path.join(home.runs(root), "stray"), "");
  expect(await listRuns(root)).toEqual(["c", "b", "a"]);
  expect(await listRuns(path.join(root, "none"))).toEqual([]);
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
  expect(await listRunsOf(root, "demo")).toEqual(ids.toReversed());
  expect(await listRunsOf(root, "demo-2")).toEqual([others[0]]);
  expect(await listRunsOf(path.join(root, "none"), "demo")).toEqual([]);
});

test("a run is open until it is over or paused; a record that cannot be read is none", async () => {
  await keepRun(root, startedRun("old", "2026-01-01T00:00:00Z"));
  await keepRun(root, startedRun("new", "2026-01-02T00:00:00Z"));
  await keepRun(root, startedRun("over", "2026-01-03T00:00:00Z"), recordOf("over"));
  await keepRun(root, startedRun("paused", "2026-01-04T00:00:00Z", { paused: true }));
  await keepRun(root, startedRun("odd", "2026-01-05T00:00:00Z"), { ...recordOf("odd"), seconds: "x" });
  expect(await openRuns(root)).toEqual(["odd", "new", "old"]);
  const each = await Promise.all(["new", "over", "paused", "odd", "none"].map((run) => isOpen(root, run)));
  expect(each).toEqual([true, false, false, true, false]);
  expect(await loadRecord(root, "odd")).toBeUndefined();
  expect(await recordDefects(root, "odd")).toEqual([expect.stringContaining("'seconds' is \"x\"")]);
  expect([await recordDefects(root, "over"), await recordDefects(root, "new")]).toEqual([[], []]);
  expect((await loadRecord(root, "over"))?.run).toBe("over");
});

test("a run is paused and goes on; one that is not there is not made by it", async () => {
  await keepRun(root, startedRun("r", "2026-01-01T00:00:00Z"));
  await setPaused(root, "r", true);
  expect((await loadRun(root, "r"))?.paused).toBe(true);
  await setPaused(root, "r", false);
  expect((await loadRun(root, "r"))?.paused).toBe(false);
  await setPaused(root, "none", true);
  expect(await listRuns(root)).toEqual(["r"]);
});

test("an input beside the store moves with it, another one keeps its place", async () => {
  const beside = path.join(path.dirname(root), "data");
  const input = (uri: string) => ({ uri, digest: "d", type: "path" });
  const run = startedRun("r", "2026-01-01T00:00:00Z");
  run.request.inputs = { beside: input(beside), far: input("/far/data") };
  await keepRun(root, run);
  const { request } = (await loadRun(root, "r"))!;
  expect(request.inputs).toEqual({ beside: input(beside), far: input("/far/data") });
});

test("an outcome is read as far as it can be used", async () => {
  keepOutcome(root, "r", doneStep("s", { metrics: { loss: 1 } }));
  keepOutcome(root, "r", { ...doneStep("odd"), metrics: { loss: null, fine: 2 } } as { id: string });
  keepOutcome(root, "r", { id: "lost", outputs: {} } as { id: string });
  expect((await loadOutcome(root, "r", "s"))?.metrics).toEqual({ loss: 1 });
  expect(await readOutcome(root, "r", "odd")).toMatchObject({
    outcome: { metrics: { fine: 2 } },
    defects: [expect.stringContaining("metrics.loss")],
  });
  expect(await readOutcome(root, "r", "lost")).toMatchObject({ outcome: null });
  expect(await loadOutcome(root, "r", "lost")).toBeUndefined();
  expect(await readOutcome(root, "r", "none")).toBeUndefined();
});

test("open runs are looked for again and again: what ends, begins or goes is seen", async () => {
  const runs = new OpenRuns(root);
  expect(await runs.list()).toEqual(new Set());
  await keepRun(root, startedRun("a", "2026-01-01T00:00:00Z"));
  await keepRun(root, startedRun("b", "2026-01-02T00:00:00Z"));
  for (let look = 0; look < 5; look++) expect(await runs.list()).toEqual(new Set(["a", "b"]));
  await keepRun(root, startedRun("a", "2026-01-01T00:00:00Z"), recordOf("a"));
  utimesSync(home.run(root, "a"), 1, 1);
  expect(await runs.list()).toEqual(new Set(["b"]));
});

test("a run whose folder has not changed for long is not read again; one that changed within a tick of the clock is", async () => {
  await keepRun(root, startedRun("a", "2026-01-01T00:00:00Z"));
  const still = () => utimesSync(home.run(root, "a"), 1, 1);
  still();
  const runs = new OpenRuns(root);
  const isListed = async () => (await runs.list()).has("a");
  expect([await isListed(), await isListed(), await isListed()]).toEqual([true, true, true]);
  await setPaused(root, "a", true);
  still();
  // Read once more, as it is not sure yet.
  const after = [];
  for (let look = 0; look < 3; look++) after.push(await isListed());
  expect(after).toEqual([true, true, true]);
  utimesSync(home.run(root, "a"), 2, 2);
  expect(await isListed()).toBe(false);
});
