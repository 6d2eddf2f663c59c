import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Plan } from "../../schemas/plan.ts";
import { loadRun, saveRun, type StartedRun } from "../../store/runs.ts";
import { temporaryFolder } from "../support/folders.ts";
import { inFolder } from "../support/stores.ts";

const started = (folder: string): StartedRun => ({
  request: {
    ...{ run: "r", plan: {} as Plan, capacity: { cpu: 1, gpu: 0, memoryGb: 1 } },
    ...{ inputs: {}, heartbeatSeconds: 1, failFast: false, redo: null },
  },
  folder,
  started: "2026-01-01T00:00:00Z",
  commit: null,
  settings: [],
  reuses: [],
  versions: [],
  paused: false,
});

const runFile = (root: string) => path.join(root, "runs", "r", "run.json");
const kept = (root: string): string | undefined =>
  (JSON.parse(readFileSync(runFile(root), "utf8")) as { folder?: string }).folder;

/** A folder of folders; gives the place of one of them. */
function places() {
  const base = temporaryFolder();
  return (...names: string[]): string => {
    const place = path.join(base, ...names);
    mkdirSync(place, { recursive: true });
    return place;
  };
}

test.each([
  ["the one that the store stands in", ["p"], ["p", ".reprise"], ".."],
  ["beside the store", ["p", "checkout"], ["p", "store"], "../checkout"],
  ["above the store", ["p"], ["p", "deep", "down", "store"], "../../.."],
])("a run's folder moves with its store: %s", async (_, folder, store, noted) => {
  const at = places();
  const root = at(...store);
  await saveRun(inFolder(root), started(at(...folder)));
  expect(kept(root)).toBe(noted);
  expect((await loadRun(inFolder(root), "r"))!.folder).toBe(at(...folder));
  renameSync(at("p"), path.join(at("q"), "moved"));
  const moved = at("q", "moved", ...store.slice(1));
  expect((await loadRun(inFolder(moved), "r"))!.folder).toBe(at("q", "moved", ...folder.slice(1)));
});

test("a run's folder elsewhere, and the root, keep their place", async () => {
  const at = places();
  const root = at("stores", "one");
  for (const folder of [at("checkout"), "/"]) {
    await saveRun(inFolder(root), started(folder));
    expect(kept(root)).toBe(folder);
    expect((await loadRun(inFolder(root), "r"))!.folder).toBe(folder);
  }
});

test("a store that is reached by a link has its run's folder where it was, by whichever path it is found", async () => {
  const at = places();
  const [store, folder] = [at("scratch", "store"), at("home", "project")];
  const link = path.join(folder, ".reprise");
  symlinkSync(store, link);
  await saveRun(inFolder(link), started(folder));
  for (const root of [store, link]) expect((await loadRun(inFolder(root), "r"))!.folder).toBe(folder);
});

test("a run of an earlier version names no folder, and keeps it so", async () => {
  const root = places()(".reprise");
  await saveRun(inFolder(root), started(root));
  const file = runFile(root);
  const { folder: _, ...before } = JSON.parse(readFileSync(file, "utf8")) as { folder: string };
  writeFileSync(file, JSON.stringify(before));
  const found = (await loadRun(inFolder(root), "r"))!;
  expect(found.folder).toBeUndefined();
  await saveRun(inFolder(root), { ...found, paused: true });
  expect([kept(root), (await loadRun(inFolder(root), "r"))!.paused]).toEqual([undefined, true]);
});

test("a run of an earlier version, which wrote where the store was, is read without it", async () => {
  const root = path.join(temporaryFolder(), ".reprise");
  mkdirSync(root, { recursive: true });
  await saveRun(inFolder(root), started(root));
  const file = runFile(root);
  const written = JSON.parse(readFileSync(file, "utf8")) as { request: object };
  expect(written.request).not.toHaveProperty("home");
  writeFileSync(file, JSON.stringify({ ...written, request: { ...written.request, home: "/elsewhere" } }));
  const found = await loadRun(inFolder(root), "r");
  expect(found?.request).not.toHaveProperty("home");
  expect(found?.request.run).toBe("r");
});
