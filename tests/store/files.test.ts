import { mkdirSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readJson, readJsonIfWhole, readJsonLines, unlessAbsent } from "../../store/files.ts";
import { listRuns } from "../../store/runs.ts";
import { temporaryFolder } from "../support/folders.ts";
import { inFolder } from "../support/stores.ts";

const folder = temporaryFolder();

test("a torn line hides no other line", async () => {
  const file = path.join(folder, "events.jsonl");
  writeFileSync(file, '{"a":1}\n{"a":2{"a":3}\n{"a":4}\n{"a":5');
  expect(await readJsonLines(file)).toEqual([{ a: 1 }, { a: 4 }]);
});

test("a file where a folder is looked into is nothing there", async () => {
  writeFileSync(path.join(folder, "stray"), "");
  expect(await readJson(path.join(folder, "stray", "run.json"))).toBeUndefined();
  mkdirSync(path.join(folder, "runs"));
  writeFileSync(path.join(folder, "runs", ".DS_Store"), "");
  expect(await listRuns(inFolder(folder))).toEqual([]);
});

test("what cannot be looked at for another reason is not taken for absent", async () => {
  const tooLong = path.join(folder, "x".repeat(300));
  await expect(unlessAbsent(stat(tooLong))).rejects.toMatchObject({ code: "ENAMETOOLONG" });
  await expect(readJson(tooLong)).rejects.toMatchObject({ code: "ENAMETOOLONG" });
  expect(await unlessAbsent(stat(path.join(folder, "none")))).toBeUndefined();
});

test.each(["null", "3", '"run"', "[]", "{}", '{"run":', '{"other":1}'])(
  "a file with %s holds no object with 'run'",
  async (text) => {
    const file = path.join(folder, "whole.json");
    writeFileSync(file, text);
    expect(await readJsonIfWhole<{ run: string }>(file, "run")).toBeUndefined();
    writeFileSync(file, '{"run":"r"}');
    expect(await readJsonIfWhole<{ run: string }>(file, "run")).toEqual({ run: "r" });
  },
);
