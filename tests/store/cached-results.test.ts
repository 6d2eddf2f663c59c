import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Artifact } from "../../schemas/plan.ts";
import { publish } from "../../store/artifacts.ts";
import { listCache, removeFromCache, verifyCache } from "../../store/cache.ts";
import { loadFinished, remember } from "../../store/finished-steps.ts";
import { home } from "../../store/home.ts";
import { runsAndNeeds } from "../../store/needs.ts";
import { temporaryFolder } from "../support/folders.ts";
import { doneStep, keepOutcome, keepRun, recordOf, startedRun } from "../support/kept-runs.ts";
import { planStep } from "../support/plans.ts";

let root = "";
let count = 0;
beforeEach(() => {
  root = temporaryFolder();
});

const print = (letter: string) => letter.repeat(64);

async function artifact(text: string): Promise<Artifact> {
  const folder = path.join(root, "out", String(count++));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "file"), text);
  return publish(root, folder, "model");
}

/** A result under a fingerprint, made by a run, at an hour of a day. */
async function result(letter: string, outputs: Record<string, Artifact>, hour = 1, run = "maker") {
  const step = {
    ...{ run, made: "2026-01-01T00:00:00.000Z", outputs, metrics: { loss: 1 }, inexact: [] },
    ...{ log: "sft/log.txt", events: "sft/events.jsonl", fields: { kind: "train/sft" }, seconds: 1 },
  };
  await remember(root, print(letter), step);
  const time = Date.UTC(2026, 0, 1, hour) / 1000;
  utimesSync(home.finishedStep(root, print(letter)), time, time);
}

const over = (run: string, fingerprints: string[]) =>
  keepRun(
    root,
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
    writeFileSync(path.join(home.steps(root), "stray.txt"), "{}");
    writeFileSync(home.finishedStep(root, print("d")), "{}");
    await over("r1", [print("a"), print("b")]);
    await over("r2", [print("a")]);
    const found = await listCache(root);
    expect(found.map(({ fingerprint, bytes, neededBy }) => [fingerprint[0], bytes, neededBy.sort()])).toEqual(
      [
        ["b", 5, ["r1"]],
        ["c", 0, []],
        ["a", 8, ["r1", "r2"]],
      ],
    );
    expect(found[0]).toMatchObject({ id: "sft", kind: "train/sft", made: "2026-01-01T03:00:00.000Z" });
    expect(await listCache(path.join(root, "none"))).toEqual([]);
  });

  test("are read whole to be verified; a damaged one is removed", async () => {
    const [good, bad] = [await artifact("good"), await artifact("bad")];
    const file = path.join(root, bad.uri, "file");
    chmodSync(file, 0o644);
    writeFileSync(file, "dab");
    mkdirSync(path.join(home.artifacts(root), "stray"));
    expect(await verifyCache(root)).toEqual({
      checked: 2,
      damaged: [{ digest: bad.digest, defect: expect.any(String) }],
    });
    const there = [good, bad].map(({ digest }) => existsSync(home.artifact(root, digest)));
    expect(there).toEqual([true, false]);
    expect(await verifyCache(root)).toEqual({ checked: 1, damaged: [] });
    expect(await verifyCache(path.join(root, "none"))).toEqual({ checked: 0, damaged: [] });
  });
});

describe("a result is removed", () => {
  test("by the beginning of its fingerprint, if that names one alone", async () => {
    await result("a", {});
    await remember(root, `ab${"0".repeat(62)}`, (await loadFinished(root, print("a")))!);
    for (const name of ["", "a", "x", "aaab"])
      expect(await removeFromCache(root, name, false)).toEqual({ how: "unknown" });
    expect(await removeFromCache(root, "aa", false)).toEqual({
      how: "removed",
      name: `result ${print("a")}`,
    });
    expect(existsSync(home.finishedStep(root, print("a")))).toBe(false);
    expect(await removeFromCache(path.join(root, "none"), "aa", false)).toEqual({ how: "unknown" });
  });

  test("against its readers only by force, and never against a run that is not over", async () => {
    await result("a", {});
    await result("b", {});
    await over("r", [print("a"), print("b")]);
    expect(await removeFromCache(root, print("a"), false)).toEqual({ how: "needed", runs: ["r"] });
    expect(await removeFromCache(root, print("a"), true)).toMatchObject({ how: "removed" });
    await keepRun(root, startedRun("open", "2026-01-01T00:00:00Z", { reuses: [print("b")] }));
    expect(await removeFromCache(root, print("b"), true)).toEqual({ how: "live", run: "open" });
  });
});

test("a run is removed whole, unless it is not over or others show what it made", async () => {
  await result("a", {}, 1, "maker");
  await over("maker", [print("a")]);
  await over("reader", [print("a")]);
  await keepRun(root, startedRun("open", "2026-01-01T00:00:00Z"));
  expect(await removeFromCache(root, "open", true)).toEqual({ how: "live", run: "open" });
  expect(await removeFromCache(root, "maker", false)).toEqual({ how: "needed", runs: ["reader"] });
  expect(await removeFromCache(root, "reader", false)).toEqual({ how: "removed", name: "run reader" });
  expect(existsSync(home.run(root, "reader"))).toBe(false);
  expect(await removeFromCache(root, "maker", true)).toEqual({ how: "removed", name: "run maker" });
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
      root,
      startedRun("r", "2026-01-02T00:00:00Z", { reuses: [print("z")] }),
      recordOf("r", [step, doneStep("failed", { fingerprint: null })]),
    );
    const { runs, artifacts } = await runsAndNeeds(root);
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
    await keepRun(root, startedRun("r", "2026-01-02T00:00:00Z", { steps, reuses: [print("a")] }));
    keepOutcome(root, "r", doneStep("done", { fingerprint: print("b"), outputs: { model: given } }));
    mkdirSync(home.run(root, "gone.1.removed"));
    const { runs } = await runsAndNeeds(root);
    expect(runs).toMatchObject([{ id: "r", over: false }]);
    expect(runs[0]!.fingerprints).toEqual(new Set([print("a"), print("b")]));
    expect(runs[0]!.artifacts).toEqual(new Set([found.digest, given.digest]));
  });

  test("of a folder that says nothing is nothing", async () => {
    mkdirSync(home.run(root, "bare"), { recursive: true });
    const { runs } = await runsAndNeeds(root);
    expect(runs).toMatchObject([{ id: "bare", over: false, started: "" }]);
    expect(await runsAndNeeds(path.join(root, "none"))).toEqual({ runs: [], artifacts: new Set() });
  });
});
