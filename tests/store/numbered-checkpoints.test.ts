import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { dropNewer } from "../../store/checkpoints.ts";
import { temporaryFolder } from "../support/folders.ts";

test("checkpoints beyond a step are removed, by number, and nothing else", async () => {
  const folder = temporaryFolder();
  const others = ["checkpoint-12.partial", "checkpoint-x", "my-checkpoint-30", "state"];
  for (const name of ["checkpoint-2", "checkpoint-10", "checkpoint-11", ...others])
    mkdirSync(path.join(folder, name));
  await dropNewer(folder, 10);
  expect(readdirSync(folder).sort()).toEqual(["checkpoint-10", "checkpoint-2", ...others].sort());
  await dropNewer(folder, 1);
  expect(readdirSync(folder).sort()).toEqual([...others].sort());
  await dropNewer(path.join(folder, "none"), 1);
});
