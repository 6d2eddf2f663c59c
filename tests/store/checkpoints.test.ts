import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { completeRenamed, newestCheckpoint } from "../../store/checkpoints.ts";
import { writeCheckpoints } from "../support/checkpoint-folder.ts";
import { temporaryFolder } from "../support/folders.ts";

const base = temporaryFolder();
const KEY = "k".repeat(64);
let count = 0;

function folderWith(...steps: number[]): string {
  const folder = path.join(base, String(count++));
  writeCheckpoints(folder, KEY, ...steps);
  return folder;
}

const at = (folder: string, step: number, name = "") => path.join(folder, `checkpoint-${step}`, name);

describe("the newest checkpoint", () => {
  test("counts steps as numbers", async () => {
    const folder = folderWith(8, 10, 9);
    expect(await newestCheckpoint(folder, { key: KEY })).toEqual({
      checkpoint: { step: 10, directory: at(folder, 10), fields: {}, inexact: [] },
      refused: [],
    });
  });

  test.each<[string, (folder: string) => void, string]>([
    ["has no marker", (folder) => rmSync(at(folder, 10, "reprise-checkpoint.json")), "it was not completed"],
    [
      "has half a marker",
      (folder) => truncateSync(at(folder, 10, "reprise-checkpoint.json"), 20),
      "it was not completed",
    ],
    ["lost a file", (folder) => rmSync(at(folder, 10, "optimizer.pt")), "'optimizer.pt' is missing"],
    [
      "has a short file",
      (folder) => truncateSync(at(folder, 10, "optimizer.pt"), 3),
      "'optimizer.pt' has another size",
    ],
    [
      "has a flipped byte",
      (folder) => writeFileSync(at(folder, 10, "optimizer.pt"), "Optimizer.pt at 10"),
      "'optimizer.pt' was changed",
    ],
  ])("that %s is skipped with the reason, and the one before is taken", async (_, damage, reason) => {
    const folder = folderWith(5, 10);
    damage(folder);
    expect(await newestCheckpoint(folder, { key: KEY })).toEqual({
      checkpoint: { step: 5, directory: at(folder, 5), fields: {}, inexact: [] },
      refused: [`checkpoint-10: ${reason}`],
    });
  });

  test("with another key is refused", async () => {
    const folder = folderWith(5);
    expect(await newestCheckpoint(folder, { key: "other" })).toEqual({
      checkpoint: null,
      refused: ["checkpoint-5: it belongs to other parameters or inputs"],
    });
  });

  test("of no folder is none", async () => {
    expect(await newestCheckpoint(path.join(base, "none"), { key: KEY })).toEqual({
      checkpoint: null,
      refused: [],
    });
  });
});

test("a checkpoint that its program removes while it is read is not made again", async () => {
  const folder = folderWith();
  const directory = at(folder, 1);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, "weights"), Buffer.alloc(64 << 20));
  const completing = completeRenamed(folder, KEY, 2);
  await sleep(5);
  rmSync(directory, { recursive: true });
  expect(await completing).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});
