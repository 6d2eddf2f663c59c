import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { BINARY } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const DEMO = path.join(packageRoot, "recipes", "demo.yaml");

// Each file that is opened costs a part of a millisecond or more: a command in a hundred files is a third slower.
test.each([
  [["--version"], 5],
  [["validate", DEMO], 9],
  [["status"], 11],
  [["plan", DEMO], 12],
])("reprise %j loads few files", async (args, most) => {
  const folder = temporaryFolder();
  const file = path.join(folder, "loads");
  const hook = path.join(packageRoot, "tests", "support", "say-loads.mjs");
  await execa(process.execPath, ["--import", hook, BINARY, ...args], {
    cwd: folder,
    env: { LOADS_FILE: file },
  });
  const loaded = readFileSync(file, "utf8").trim().split("\n");
  const ours = new Set(loaded.filter((url) => !url.endsWith("say-loads.mjs")));
  expect(ours.size).toBeGreaterThan(2);
  expect(ours.size).toBeLessThanOrEqual(most);
});
