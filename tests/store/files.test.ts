import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  readJson,
  readJsonIfWhole,
  readJsonLines,
  readSmallIfWhole,
  readSoon,
  settle,
  unlessAbsent,
  writeWhole,
} from "../../store/files.ts";
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
  await expect(unlessAbsent(() => stat(tooLong))).rejects.toMatchObject({ code: "ENAMETOOLONG" });
  await expect(readJson(tooLong)).rejects.toMatchObject({ code: "ENAMETOOLONG" });
  expect(await unlessAbsent(() => stat(path.join(folder, "none")))).toBeUndefined();
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

test.each([10, 64 * 1024, 64 * 1024 + 1])(
  "a file of %i characters is written whole, and leaves nothing beside it",
  async (length) => {
    const place = path.join(folder, `whole-${length}`);
    const file = path.join(place, "file.txt");
    await writeWhole(file, "a".repeat(length));
    await writeWhole(file, "ä".repeat(length));
    expect(await readFile(file, "utf8")).toBe("ä".repeat(length));
    expect(readdirSync(place)).toEqual(["file.txt"]);
  },
);

test("a file that cannot take another one's place leaves nothing beside it", async () => {
  const place = path.join(folder, "taken");
  mkdirSync(path.join(place, "file.txt", "something"), { recursive: true });
  await expect(writeWhole(path.join(place, "file.txt"), "text")).rejects.toThrow();
  expect(readdirSync(place)).toEqual(["file.txt"]);
});

test("a small file that is read at once: absent, damaged, whole, and one that cannot be looked at", () => {
  const file = path.join(folder, "small.json");
  expect(readSmallIfWhole(file, "a" as never)).toBeUndefined();
  writeFileSync(file, '{"a":');
  expect(readSmallIfWhole(file, "a" as never)).toBeUndefined();
  writeFileSync(file, '{"a":1}');
  expect(readSmallIfWhole<{ a: number }>(file, "a")).toEqual({ a: 1 });
  expect(readSmallIfWhole<{ a: number }>(path.join(file, "below"), "a")).toBeUndefined();
  expect(() => readSmallIfWhole<{ a: number }>(path.join(folder, "x".repeat(300)), "a")).toThrow(
    "ENAMETOOLONG",
  );
});

/** The number that the next file gets: it grows where files are left open. */
function nextNumber(): number {
  const opened = openSync(folder, "r");
  closeSync(opened);
  return opened;
}

test.each([0, 1, 64 * 1024, 64 * 1024 + 1])(
  "a file of %i bytes is read whole, and waited for, and stays open no longer",
  async (bytes) => {
    const file = path.join(folder, "sized");
    writeFileSync(file, "x".repeat(bytes));
    const read = readSoon(file);
    expect(read instanceof Buffer).toBe(bytes <= 64 * 1024);
    expect((await read).toString()).toBe("x".repeat(bytes));
    const before = nextNumber();
    for (let time = 0; time < 100; time++) {
      await readSoon(file);
      await settle(file);
    }
    // Others in this process may have some open at this moment.
    expect(nextNumber() - before).toBeLessThan(50);
  },
);

test("what is not there cannot be on the disk", async () => {
  await expect(settle(path.join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
});
