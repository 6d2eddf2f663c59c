import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { completeRenamed, listCheckpoints, newestCheckpoint } from "../../store/checkpoints.ts";
import { keys } from "../../store/keys.ts";
import { writeCheckpoints } from "../support/checkpoint-folder.ts";
import { temporaryFolder } from "../support/folders.ts";
import { inFolder } from "../support/stores.ts";
import { memoryObjects } from "../support/memory-objects.ts";

const base = temporaryFolder();
const { objects } = inFolder(base);
let count = 0;

/** A step directory's checkpoints, which have its key, or another one's. */
function madeWith(steps: number[], marked?: string) {
  const key = `k${count++}`.padEnd(64, "0");
  const folder = path.join(base, keys.checkpoints(key));
  writeCheckpoints(folder, marked ?? key, ...steps);
  return { key, folder };
}

const at = (folder: string, step: number, name = "") => path.join(folder, `checkpoint-${step}`, name);

describe("the newest checkpoint", () => {
  test("counts steps as numbers", async () => {
    const { key, folder } = madeWith([8, 10, 9]);
    expect(await newestCheckpoint(objects, { key })).toEqual({
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
    const { key, folder } = madeWith([5, 10]);
    damage(folder);
    expect(await newestCheckpoint(objects, { key })).toEqual({
      checkpoint: { step: 5, directory: at(folder, 5), fields: {}, inexact: [] },
      refused: [`checkpoint-10: ${reason}`],
    });
  });

  test("with another key is refused", async () => {
    const { key } = madeWith([5], "other");
    expect(await newestCheckpoint(objects, { key })).toEqual({
      checkpoint: null,
      refused: ["checkpoint-5: it belongs to other parameters or inputs"],
    });
  });

  test("of no folder is none", async () => {
    expect(await newestCheckpoint(objects, { key: "none" })).toEqual({
      checkpoint: null,
      refused: [],
    });
  });
});

test("checkpoints that another host has put into the store are listed, and the newest one is fetched and looked at", async () => {
  const { key, folder } = madeWith([5, 10]);
  const shared = memoryObjects(path.join(base, "memory"));
  for (const step of [5, 10])
    await shared.upload(
      `${keys.checkpoints(key)}/checkpoint-${step}`,
      at(folder, step),
      "reprise-checkpoint.json",
    );
  expect(readdirSync(folder)).toEqual([]);
  const listed = await listCheckpoints(shared, key);
  expect(listed.map(({ step, directory, defect }) => [step, directory, defect])).toEqual([
    [10, null, null],
    [5, null, null],
  ]);
  const { checkpoint } = await newestCheckpoint(shared, { key });
  expect(readFileSync(path.join(checkpoint!.directory, "optimizer.pt"), "utf8")).toBe("optimizer.pt at 10");
});

test("a checkpoint that its program removes while it is read is not made again", async () => {
  const { key, folder } = madeWith([]);
  const directory = at(folder, 1);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, "weights"), Buffer.alloc(64 << 20));
  const completing = completeRenamed(folder, key, 2);
  await sleep(5);
  rmSync(directory, { recursive: true });
  expect(await completing).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});
