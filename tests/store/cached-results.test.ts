import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Artifact } from "../../schemas/plan.ts";
import { publish } from "../../store/artifacts.ts";
import { listCache, removeFromCache, verifyCache } from "../../store/cache.ts";
import { loadFinished, remember } from "../../store/finished-steps.ts";
import { home } from "../../store/home.ts";
import { keys } from "../../store/keys.ts";
import { runsAndNeeds } from "../../store/needs.ts";
import { temporaryFolder } from "../support/folders.ts";
import { doneStep, keepOutcome, keepRun, recordOf, startedRun } from "../support/kept-runs.ts";
import { planStep } from "../support/plans.ts";
import { inFolder } from "../support/stores.ts";

let root = "";
let store = inFolder(root);
let count = 0;
beforeEach(() => {
  root = temporaryFolder();
  store = inFolder(root);
});
const none = () => inFolder(path.join(root, "none"));

const print = (letter: string) => letter.repeat(64);

async function artifact(text: string): Promise<Artifact> {
  const folder = path.join(root, "out", String(count++));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "file"), text);
  return publish(store.objects, folder, "model");
}

/** A result under a fingerprint, made by a run, at an hour of a day. */
async function result(letter: string, outputs: Record<string, Artifact>, hour = 1, run = "maker") {
  const step = {
    ...{ run, made: "2026-01-01T00:00:00.000Z", outputs, metrics: { loss: 1 }, inexact: [] },
    ...{ log: "sft/log.txt", events: "sft/events.jsonl", fields: { kind: "train/sft" }, seconds: 1 },
  };
  await remember(store.objects, print(letter), step);
  store.setUsed(keys.result(print(letter)), Date.UTC(2026, 0, 1, hour));
}

const over = (run: string, fingerprints: string[]) =>
  keepRun(
    store,
    startedRun(run, "2026-01-01T00:00:00Z"),
    recordOf(
      run,
      fingerprints.map((fingerprint, index) => doneStep(`s${index}`, { fingerprint })),
    ),
  );

describe("the results of a store", () => {
  test("are listed newest first, with their sizes and who needs them", async () => {
    const [model, table] = [await artifact("12345"), await artifact("123")];
    await result("a", { model, table, again: model }, 1);
    await result("b", { model }, 3);
    await result("c", {}, 2);
    writeFileSync(path.join(root, "steps", "stray.txt"), "{}");
    await store.objects.write(keys.result(print("d")), "{}");
    await over("r1", [print("a"), print("b")]);
    await over("r2", [print("a")]);
    const found = await listCache(store);
    expect(found.map(({ fingerprint, bytes, neededBy }) => [fingerprint[0], bytes, neededBy.sort()])).toEqual(
      [
        ["b", 5, ["r1"]],
        ["c", 0, []],
        ["a", 8, ["r1", "r2"]],
      ],
    );
    expect(found[0]).toMatchObject({ id: "sft", kind: "train/sft", made: "2026-01-01T03:00:00.000Z" });
    expect(await listCache(none())).toEqual([]);
  });

  test("are read whole to be verified; a damaged one is removed", async () => {
    const [good, bad] = [await artifact("good"), await artifact("bad")];
    const file = path.join(root, bad.uri, "file");
    chmodSync(file, 0o644);
    writeFileSync(file, "dab");
    mkdirSync(path.join(root, "artifacts", "stray"));
    expect(await verifyCache(store.objects)).toEqual({
      checked: 2,
      damaged: [{ digest: bad.digest, defect: expect.any(String) }],
    });
    const there = [good, bad].map(({ digest }) => existsSync(path.join(root, keys.artifact(digest))));
    expect(there).toEqual([true, false]);
    expect(await verifyCache(store.objects)).toEqual({ checked: 1, damaged: [] });
    expect(await verifyCache(none().objects)).toEqual({ checked: 0, damaged: [] });
  });
});

describe("a result is removed", () => {
  test("by the beginning of its fingerprint, if that names one alone", async () => {
    await result("a", {});
    await remember(store.objects, `ab${"0".repeat(62)}`, (await loadFinished(store.objects, print("a")))!);
    for (const name of ["", "a", "x", "aaab"])
      expect(await removeFromCache(store, name, false)).toEqual({ how: "unknown" });
    expect(await removeFromCache(store, "aa", false)).toEqual({
      how: "removed",
      name: `result ${print("a")}`,
    });
    expect(existsSync(path.join(root, keys.result(print("a"))))).toBe(false);
    expect(await removeFromCache(none(), "aa", false)).toEqual({ how: "unknown" });
  });

  test("against its readers only by force, and never against a run that is not over", async () => {
    await result("a", {});
    await result("b", {});
    await over("r", [print("a"), print("b")]);
    expect(await removeFromCache(store, print("a"), false)).toEqual({ how: "needed", runs: ["r"] });
    expect(await removeFromCache(store, print("a"), true)).toMatchObject({ how: "removed" });
    await keepRun(store, startedRun("open", "2026-01-01T00:00:00Z", { reuses: [print("b")] }));
    expect(await removeFromCache(store, print("b"), true)).toEqual({ how: "live", run: "open" });
  });
});

test("a run is removed whole, unless it is not over or others show what it made", async () => {
  await result("a", {}, 1, "maker");
  await over("maker", [print("a")]);
  await over("reader", [print("a")]);
  await keepRun(store, startedRun("open", "2026-01-01T00:00:00Z"));
  expect(await removeFromCache(store, "open", true)).toEqual({ how: "live", run: "open" });
  expect(await removeFromCache(store, "maker", false)).toEqual({ how: "needed", runs: ["reader"] });
  expect(await removeFromCache(store, "reader", false)).toEqual({ how: "removed", name: "run reader" });
  expect(existsSync(home.run(root, "reader"))).toBe(false);
  expect(await removeFromCache(store, "maker", true)).toEqual({ how: "removed", name: "run maker" });
});

describe("what a run needs", () => {
  test("of one that is over is what its record names, and what results of those names hold", async () => {
    const [input, output, stored] = [await artifact("i"), await artifact("o"), await artifact("s")];
    await result("a", { model: stored });
    const step = doneStep("s", {
      fingerprint: print("a"),
      inputs: { data: input, model: "lab/model" },
      outputs: { model: output },
    });
    await keepRun(
      store,
      startedRun("r", "2026-01-02T00:00:00Z", { reuses: [print("z")] }),
      recordOf("r", [step, doneStep("failed", { fingerprint: null })]),
    );
    const { runs, artifacts } = await runsAndNeeds(store);
    expect(runs).toEqual([
      {
        ...{ id: "r", over: true, started: "2026-01-02T00:00:00Z", fingerprints: new Set([print("a")]) },
        artifacts: new Set([input.digest, output.digest, stored.digest]),
      },
    ]);
    expect(artifacts).toEqual(new Set([input.digest, output.digest, stored.digest]));
  });

  test("of one that is not over is what it found, and what its steps gave so far", async () => {
    const [found, given] = [await artifact("f"), await artifact("g")];
    await result("a", { model: found });
    const steps = ["done", "not-yet"].map((id) => planStep(id));
    await keepRun(store, startedRun("r", "2026-01-02T00:00:00Z", { steps, reuses: [print("a")] }));
    await keepOutcome(store, "r", doneStep("done", { fingerprint: print("b"), outputs: { model: given } }));
    mkdirSync(home.run(root, "gone.1.removed"));
    const { runs } = await runsAndNeeds(store);
    expect(runs).toMatchObject([{ id: "r", over: false }]);
    expect(runs[0]!.fingerprints).toEqual(new Set([print("a"), print("b")]));
    expect(runs[0]!.artifacts).toEqual(new Set([found.digest, given.digest]));
  });

  test("of a folder that says nothing is nothing", async () => {
    mkdirSync(home.run(root, "bare"), { recursive: true });
    const { runs } = await runsAndNeeds(store);
    expect(runs).toMatchObject([{ id: "bare", over: false, started: "" }]);
    expect(await runsAndNeeds(none())).toEqual({ runs: [], artifacts: new Set() });
  });
});
