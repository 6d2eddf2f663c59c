import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readJson, readJsonLines } from "../../store/files.ts";
import { listRuns } from "../../store/runs.ts";
import { mkdirSync } from "node:fs";
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
