import { beforeEach, describe, expect, test } from "vitest";
import type { StepOutcome } from "../../schemas/plan.ts";
import { keys } from "../../store/keys.ts";
import type { Objects } from "../../store/objects.ts";
import { notesOfSteps, setAside } from "../../store/step-notes.ts";
import { temporaryFolder } from "../support/folders.ts";
import { STORES } from "../support/stores.ts";

const OUTCOME: StepOutcome = {
  ...{ id: "s", kind: "run/noop", fingerprint: "e".repeat(64), inputs: {}, threads: 1, status: "done" },
  ...{ attempts: 1, resumed_from: [], repeated: 0, seconds_lost: 0, inexact: [], failure: null },
  ...{
    started: "2026-11-27T00:00:00.000Z",
    ended: "2026-11-27T00:00:01.000Z",
    outputs: {},
    metrics: { a: 1 },
  },
  ...{ log: "s/log.txt", events: "s/events.jsonl" },
};

describe.each(STORES)("what steps note in %s", (_, make) => {
  let objects: Objects;
  let notes: ReturnType<typeof notesOfSteps>;
  beforeEach(() => {
    ({ objects } = make(temporaryFolder()));
    notes = notesOfSteps(objects);
  });

  test("is read as it was written, and is nothing before", async () => {
    expect(await notes.loadOutcome("r", "s")).toBeUndefined();
    expect(await notes.loadFields("r", "s")).toBeUndefined();
    expect(await notes.loadWork("r", "s")).toBeUndefined();
    await notes.saveOutcome("r", OUTCOME);
    await notes.saveFields("r", "s", { kind: "run/noop", version: 1 });
    await notes.saveWork("r", "s", { key: "k", taken: "t" });
    expect(await notes.loadOutcome("r", "s")).toEqual(OUTCOME);
    expect(await notes.readOutcome("r", "s")).toEqual({ outcome: OUTCOME, defects: [] });
    expect(await notes.loadFields("r", "s")).toEqual({ kind: "run/noop", version: 1 });
    expect(await notes.loadWork("r", "s")).toEqual({ key: "k", taken: "t" });
    expect(await notes.loadOutcome("r", "other")).toBeUndefined();
    expect(await notes.loadOutcome("other", "s")).toBeUndefined();
  });

  test("an outcome that was reused is one, and is forgotten alone", async () => {
    await notes.saveReused("r", { ...OUTCOME, status: "reused" });
    await notes.saveWork("r", "s", { key: "k", taken: "t" });
    expect((await notes.loadOutcome("r", "s"))?.status).toBe("reused");
    await notes.forgetOutcome("r", "s");
    expect(await notes.loadOutcome("r", "s")).toBeUndefined();
    expect(await notes.loadWork("r", "s")).toEqual({ key: "k", taken: "t" });
  });

  test("is put aside under a number, that of the steps named alone, and the record where it is asked for", async () => {
    for (const id of ["s", "t"]) {
      await notes.saveOutcome("r", { ...OUTCOME, id });
      await notes.saveFields("r", id, { kind: id });
    }
    await objects.write(keys.record("r"), "{}");
    await setAside(objects, "r", { record: false, steps: ["s"], number: 1 });
    expect(await notes.loadOutcome("r", "s")).toBeUndefined();
    expect(await notes.loadFields("r", "s")).toBeUndefined();
    expect(await notes.loadOutcome("r", "t")).toMatchObject({ id: "t" });
    expect(await objects.read(keys.record("r"))).not.toBeNull();
    const aside = (name: string) => objects.read(`${keys.earlier("r")}/${name}`);
    expect(JSON.parse((await aside("1/s/outcome.json"))!.bytes.toString())).toEqual(OUTCOME);
    expect(await aside("1/s/work.json")).toBeNull();
    await setAside(objects, "r", { record: true, steps: [], number: 2 });
    expect(await objects.read(keys.record("r"))).toBeNull();
    expect((await aside("2/record.json"))!.bytes.toString()).toBe("{}");
  });
});
