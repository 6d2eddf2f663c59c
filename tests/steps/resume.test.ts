import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { EventFile } from "../../steps/event-file.ts";
import { chooseCheckpoint } from "../../steps/resume.ts";
import type { StepContext } from "../../steps/context.ts";
import { openStore } from "../../store/store.ts";
import { writeCheckpoints } from "../support/checkpoint-folder.ts";
import { temporaryFolder } from "../support/folders.ts";

const KEY = "k".repeat(64);
let root = "";
let folder = "";
const eventsFile = () => path.join(root, "runs", "r", "sft", "events.jsonl");
const said = () => readFileSync(eventsFile(), "utf8");
const kept = () => readdirSync(folder).sort();

/** An attempt of the step `sft` of the run `r`, whose recipe says where to go on from. */
async function attempt(resume: string, resumable: Record<string, unknown> = {}) {
  const context = {
    store: openStore(root),
    run: "r",
    key: KEY,
    step: { id: "sft", params: { steps: 6 }, checkpoint: { resume } },
    about: { recipe: "demo", step: "sft", fields: {} },
    resumable,
    events: await EventFile.open(eventsFile()),
    inexact: [],
  };
  return chooseCheckpoint(context as unknown as StepContext);
}

beforeEach(() => {
  root = temporaryFolder();
  folder = path.join(root, "work", KEY, "checkpoints");
  mkdirSync(folder, { recursive: true });
  mkdirSync(path.dirname(eventsFile()), { recursive: true });
});

describe("the checkpoint to go on from", () => {
  test("is the newest whole one; damaged newer ones do not stay in the way", async () => {
    writeCheckpoints(folder, KEY, 4, 8);
    rmSync(path.join(folder, "checkpoint-8", "optimizer.pt"));
    expect((await attempt("auto"))?.step).toBe(4);
    expect(kept()).toEqual(["checkpoint-4"]);
    expect(said()).toContain("skipped checkpoint-8: 'optimizer.pt' is missing");
  });

  test("is none when all are damaged: they are removed, and the fresh start is said", async () => {
    writeCheckpoints(folder, KEY, 4);
    rmSync(path.join(folder, "checkpoint-4", "reprise-checkpoint.json"));
    expect(await attempt("auto")).toBeNull();
    expect(kept()).toEqual([]);
    expect(said()).toContain("no checkpoint can be used: sft starts afresh");
  });

  test("is not one beyond the number of steps", async () => {
    writeCheckpoints(folder, KEY, 4, 8);
    expect((await attempt("auto", { steps: 6 }))?.step).toBe(4);
  });

  test("may be beyond a number of steps that is no end of the work", async () => {
    writeCheckpoints(folder, KEY, 4, 8);
    expect((await attempt("auto", {}))?.step).toBe(8);
  });

  test("'never' counts for the first attempt only", async () => {
    writeCheckpoints(folder, KEY, 4);
    expect(await attempt("never")).toBeNull();
    writeCheckpoints(folder, KEY, 2);
    expect((await attempt("never"))?.step).toBe(2);
  });

  test("that a recipe names counts once; an edited choice counts again", async () => {
    writeCheckpoints(folder, KEY, 4, 8);
    await attempt("auto");
    expect((await attempt("r:sft@4"))?.step).toBe(4);
    writeCheckpoints(folder, KEY, 6);
    expect((await attempt("r:sft@4"))?.step).toBe(6);
    await expect(attempt("r:sft@5")).rejects.toThrow("The checkpoint 'r:sft@5' cannot be used.");
    await expect(attempt("q:sft@4")).rejects.toThrow("There is no run 'q' with a step 'sft'");
  });
});
