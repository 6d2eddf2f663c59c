import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { eventsIn } from "../../data/events/event-tail.ts";
import type { StepContext } from "../../steps/context.ts";
import { EventFile } from "../../steps/event-file.ts";
import { openParts, Parts } from "../../steps/parts.ts";
import { chooseCheckpoint, keptFolder } from "../../steps/resume.ts";
import { openStore, type Store } from "../../store/store.ts";
import { writeCheckpoints } from "../support/checkpoint-folder.ts";
import { temporaryFolder } from "../support/folders.ts";

const KEY = "k".repeat(64);
const OTHER = "o".repeat(64);
const ABOUT = { recipe: "demo", step: "sft", fields: { "with.rate": 2 } };
let store: Store;
let folder = "";

beforeEach(() => {
  store = openStore(temporaryFolder());
  folder = store.local.work(KEY).checkpoints;
  mkdirSync(folder, { recursive: true });
  mkdirSync(store.runs.step("r", "sft").folder, { recursive: true });
});

const contextOf = async (resume: string, more: Partial<StepContext> = {}) =>
  ({
    ...{ store, run: "r", key: KEY, step: { id: "sft", params: {}, checkpoint: { resume } } },
    ...{ about: ABOUT, resumable: {}, inexact: [], ...more },
    events: await EventFile.open(store.runs.step("r", "sft").events),
  }) as unknown as StepContext;
/** What the step's events say, as texts, and what was resumed. */
const said = async () =>
  (await eventsIn(store.runs.step("r", "sft").events)).map((event) =>
    event.event === "message" ? event.text : event.event === "resumed" ? event.done : event.event,
  );
const refusal = async (context: StepContext) =>
  chooseCheckpoint(context).then(
    () => null,
    ({ code, message }: { code: string; message: string }) => [code, message],
  );
/** What another run noted of the step: under which key it worked. */
const noteRun = (run: string, key: string, step = "sft") =>
  store.runs.saveWork(run, step, { key, taken: "auto" });

describe("a checkpoint that is taken", () => {
  test("is told, and the record gets what makes the result another one", async () => {
    writeCheckpoints(folder, KEY, 4);
    const marker = path.join(folder, "checkpoint-4", "reprise-checkpoint.json");
    const whole = JSON.parse(readFileSync(marker, "utf8")) as object;
    const noted = { fields: { steps: 8, list: [1, 2] }, inexact: ["two paddings"] };
    writeFileSync(marker, JSON.stringify({ ...whole, ...noted }));
    const context = await contextOf("auto", { resumable: { steps: 9, list: [1, 2] } });
    expect((await chooseCheckpoint(context))?.step).toBe(4);
    expect(context.inexact).toEqual([
      "two paddings",
      "resumed at step 4 of a training with steps 8, now 9: until there its schedule was the other one",
    ]);
    expect(await said()).toEqual(["resuming sft from step 4", 4]);
  });
});

describe("a fresh start", () => {
  test("of a step that has nothing to go on from says nothing", async () => {
    expect(await chooseCheckpoint(await contextOf("auto"))).toBeNull();
    rmSync(folder, { recursive: true });
    expect(await chooseCheckpoint(await contextOf("never", { key: "n".repeat(64) }))).toBeNull();
    expect(await said()).toEqual([]);
  });

  test("says which checkpoints of an earlier try do not fit, and why", async () => {
    await store.works.note(KEY, ABOUT);
    await store.works.note(OTHER, { ...ABOUT, fields: { "with.rate": 1 } });
    writeCheckpoints(store.local.work(OTHER).checkpoints, OTHER, 6);
    expect(await chooseCheckpoint(await contextOf("auto"))).toBeNull();
    expect(await said()).toEqual(["refused checkpoint-6 of an earlier try: rate 1 -> 2"]);
  });

  test("is told where an attempt before had already begun", async () => {
    await chooseCheckpoint(await contextOf("auto"));
    await chooseCheckpoint(await contextOf("auto"));
    expect(await said()).toEqual(["no checkpoint can be used: sft starts afresh"]);
  });

  test("removes even a checkpoint of no step, which cannot be used", async () => {
    mkdirSync(path.join(folder, "checkpoint-0"));
    expect(await chooseCheckpoint(await contextOf("auto"))).toBeNull();
    expect(existsSync(path.join(folder, "checkpoint-0"))).toBe(false);
  });
});

describe("a checkpoint that the recipe names", () => {
  test("and that is not there, or not whole, is refused with the reason", async () => {
    await noteRun("r", KEY);
    expect(await refusal(await contextOf("r:sft@4"))).toEqual([
      "data",
      "The checkpoint 'r:sft@4' cannot be used. It is not there; 'reprise checkpoints <run>' lists them.",
    ]);
    writeCheckpoints(folder, KEY, 4);
    rmSync(path.join(folder, "checkpoint-4", "optimizer.pt"));
    expect(await refusal(await contextOf("r:sft@4"))).toEqual([
      "data",
      "The checkpoint 'r:sft@4' cannot be used. checkpoint-4: 'optimizer.pt' is missing",
    ]);
  });

  test("may be another run's of the same work, in a run whose name has colons", async () => {
    await noteRun("a:b@c", KEY);
    writeCheckpoints(folder, KEY, 4, 12);
    expect((await chooseCheckpoint(await contextOf("a:b@c:sft@12")))?.step).toBe(12);
  });

  test("of other work is refused, with what differs", async () => {
    await noteRun("q", OTHER);
    expect(await refusal(await contextOf("q:sft@4"))).toEqual([
      "data",
      "The checkpoint 'q:sft@4' belongs to other work.",
    ]);
    await store.works.note(OTHER, { ...ABOUT, fields: { "with.rate": 1 } });
    expect(await refusal(await contextOf("q:sft@4"))).toEqual([
      "data",
      "The checkpoint 'q:sft@4' belongs to other work: rate 1 -> 2.",
    ]);
    expect(await refusal(await contextOf("none:sft@4"))).toEqual([
      "data",
      "There is no run 'none' with a step 'sft', which 'resume: none:sft@4' names.",
    ]);
  });

  test.each(["4", "sft@4", "r:sft@", "r:sft@4x", ":sft@4", "r:@4"])(
    "is not what '%s' names",
    async (resume) => {
      await noteRun("r", OTHER);
      writeCheckpoints(folder, KEY, 8);
      expect((await chooseCheckpoint(await contextOf(resume)))?.step).toBe(8);
    },
  );
});

describe("what a step keeps part by part", () => {
  const kept = async (resume: string) => {
    const place = await keptFolder(await contextOf(resume));
    expect(place).toBe(folder);
    return existsSync(path.join(place, "part"));
  };

  test("stays, but where the recipe wants none of it, at its first attempt", async () => {
    writeFileSync(path.join(folder, "part"), "");
    expect(await kept("auto")).toBe(true);
    expect(await kept("never")).toBe(false);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "part"), "");
    expect(await kept("never")).toBe(true);
    rmSync(folder, { recursive: true });
    expect(await kept("auto")).toBe(false);
    expect(await kept("never")).toBe(false);
  });

  test("is told: what is damaged, and how much is there", async () => {
    expect((await openParts(await contextOf("auto"))).size).toBe(0);
    expect(await said()).toEqual([]);
    const parts = await Parts.open(folder);
    for (const name of ["a", "b", "c"]) {
      const aside = parts.aside(".txt");
      writeFileSync(aside, name);
      await parts.add(name, aside, {});
    }
    await parts.give([{ name: "a", target: path.join(folder, "given") }]);
    writeFileSync(path.join(folder, "given"), "other");
    expect((await openParts(await contextOf("auto"))).size).toBe(2);
    expect(await said()).toEqual(["made again: 'a' was changed", "resuming sft with 2 finished parts", 2]);
  });
});
