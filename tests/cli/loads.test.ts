import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { BINARY } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const DEMO = path.join(packageRoot, "recipes", "demo.yaml");

// Each file that is opened costs a part of a millisecond or more: a command in a hundred files is a third slower. Of a command's, half are validators.
test.each([
  [["--version"], 2],
  [["validate", DEMO], 19],
  [["status"], 11],
  [["plan", DEMO], 22],
])("reprise %j loads few files", async (args, most) => {
  const folder = temporaryFolder();
  const file = path.join(folder, "loads");
  const hook = path.join(packageRoot, "tests", "support", "say-loads.cjs");
  await execa(process.execPath, ["--require", hook, BINARY, ...args], {
    cwd: folder,
    env: { LOADS_FILE: file },
  });
  const loaded = readFileSync(file, "utf8").split("\n");
  expect(loaded).toContain(BINARY);
  expect(loaded.length).toBeLessThanOrEqual(most);
  // One other character doubles what V8 keeps of a file.
  for (const name of loaded)
    if (name.endsWith(".cjs")) expect(readFileSync(name, "utf8")).toMatch(/^[\0-\x7f]*$/);
});
