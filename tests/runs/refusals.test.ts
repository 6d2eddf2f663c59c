import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { continueRun } from "../../runs/continue-run.ts";
import { detachRun } from "../../runs/detach.ts";
import { findRun, findUnfinished } from "../../runs/find-run.ts";
import type { Found } from "../../runs/preparing.ts";
import { temporaryFolder } from "../support/folders.ts";
import { begin, folderWith } from "../support/runs.ts";
import { openStore } from "../../store/store.ts";

const NOOP = { s: { uses: "run/noop", with: {} } };

test("a run is found by the beginning of its name, and refusals say what there is", async () => {
  const base = temporaryFolder();
  const root = path.join(base, "store");
  await expect(findRun(openStore(root), "last")).rejects.toMatchObject({
    refusal: { why: "run-unknown", name: "last", none: true },
  });
  const folder = folderWith(path.join(base, "folder"), NOOP);
  const runs = [await begin(root, folder), await begin(root, folder, { afresh: true })].map(
    ({ started }) => started.request.run,
  );
  // Begun within one second, perhaps, and two all the same.
  expect(new Set(runs).size).toBe(2);
  expect((await findUnfinished(openStore(root), runs[0]!)).request.run).toBe(runs[0]);
  await expect(findRun(openStore(root), "none")).rejects.toMatchObject({
    refusal: { why: "run-unknown", none: false },
  });
  await expect(findRun(openStore(root), "inside")).rejects.toMatchObject({
    refusal: { why: "run-ambiguous", runs: expect.arrayContaining(runs) as string[] },
  });
});

test("what is unfinished is gone on with in its own folder alone", async () => {
  const base = temporaryFolder();
  const root = path.join(base, "store");
  const [one, two] = [folderWith(path.join(base, "one"), NOOP), folderWith(path.join(base, "two"), NOOP)];
  const first = await begin(root, one);
  expect(first.how).toBe("begun");
  const second = await begin(root, two);
  expect([second.how, second.started.folder]).toEqual(["begun", two]);
  await openStore(root).runs.setPaused(first.started.request.run, true);
  const again = await begin(root, one);
  expect([again.how, again.started.request.run, again.started.paused]).toEqual([
    "goes-on",
    first.started.request.run,
    false,
  ]);
});

test("to go on is refused with a reason, and warnings are told", async () => {
  const base = temporaryFolder();
  const root = path.join(base, "store");
  const folder = folderWith(path.join(base, "folder"), NOOP);
  const { started } = await begin(root, folder);
  const told: Found[] = [];
  const goOn = (from?: string) =>
    continueRun(openStore(root), started, {
      folder: base,
      from: from ?? null,
      tell: (found) => void told.push(found),
    });
  await expect(goOn("z")).rejects.toMatchObject({
    refusal: { why: "step-unknown", step: "z", steps: ["s"] },
  });
  expect((await goOn()).request.plan).toEqual(started.request.plan);
  expect(told).toEqual([]);
  const file = path.join(folder, "r.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace('"recipe":1', '"recipe":2'));
  await expect(goOn()).rejects.toMatchObject({ refusal: { why: "recipe-invalid" } });
});

test("a worker program that ends at once, or is not there, is told with its log", async () => {
  const base = temporaryFolder();
  const root = path.join(base, "store");
  const { started } = await begin(root, folderWith(path.join(base, "folder"), NOOP));
  const { run } = started.request;
  const program = (command: string) => ({
    command,
    args: ["-c", "echo told; exit 3"],
    environment: process.env,
  });
  for (const command of ["sh", path.join(base, "none")])
    await expect(detachRun(openStore(root), run, program(command))).rejects.toMatchObject({
      refusal: { why: "worker-lost", run },
    });
  expect(readFileSync(path.join(root, "runs", run, "detached.log"), "utf8")).toBe("told\n");
  await openStore(root).runs.setPaused(run, true);
  expect(await detachRun(openStore(root), run, program("sh"))).toEqual({ how: "paused" });
});
