import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { Parts } from "../../steps/parts.ts";
import { temporaryFolder } from "../support/folders.ts";

const base = temporaryFolder();
let count = 0;

async function withParts(...names: string[]) {
  const folder = path.join(base, String(count++));
  const parts = await Parts.open<{ of: string }>(folder);
  for (const name of names) {
    const aside = parts.aside(".txt");
    writeFileSync(aside, `content of ${name}`);
    await parts.add(name, aside, { of: name });
  }
  return folder;
}
const files = (folder: string) =>
  readdirSync(path.join(folder, "files")).map((name) => path.join(folder, "files", name));

test("finished parts are there for the next attempt, with their data", async () => {
  const folder = await withParts("videos/a.mp4", "videos/b.mp4");
  const again = await Parts.open<{ of: string }>(folder);
  expect([again.size, again.get("videos/a.mp4"), again.get("c")]).toEqual([
    2,
    { of: "videos/a.mp4" },
    undefined,
  ]);
  const target = path.join(folder, "given.txt");
  writeFileSync(target, "old");
  await again.give([{ name: "videos/b.mp4", target }]);
  expect(readFileSync(target, "utf8")).toBe("content of videos/b.mp4");
});

test("a part that was altered or lost is named and made again", async () => {
  const folder = await withParts("a", "b", "c");
  const [first, second] = files(folder);
  writeFileSync(first!, "something else");
  rmSync(second!);
  const again = await Parts.open(folder);
  expect(again.size).toBe(1);
  expect(again.damaged.map((text) => text.replace(/'.'/, "it")).sort()).toEqual([
    "it is missing",
    "it was changed",
  ]);
});

test("a part whose content is another one of the same size was altered", async () => {
  const folder = await withParts("a");
  writeFileSync(files(folder)[0]!, "CONTENT OF A");
  const again = await Parts.open(folder);
  expect([again.size, again.damaged]).toEqual([0, ["'a' was changed"]]);
  expect(readFileSync(path.join(folder, "journal.jsonl"), "utf8")).toBe("");
});

test("a part is given to a place where nothing is", async () => {
  const folder = await withParts("a");
  const target = path.join(folder, "given.txt");
  await (await Parts.open(folder)).give([{ name: "a", target }]);
  expect(readFileSync(target, "utf8")).toBe("content of a");
});

test("where one part cannot be given, that is told when no other is on its way any more", async () => {
  const folder = await withParts("a", "b");
  const parts = await Parts.open(folder);
  const given = path.join(folder, "given.txt");
  const nowhere = { name: "a", target: path.join(folder, "none", "given.txt") };
  await expect(parts.give([nowhere, { name: "b", target: given }])).rejects.toThrow("ENOENT");
  expect(readFileSync(given, "utf8")).toBe("content of b");
});

test("parts that were written together are all there, under their names", async () => {
  const folder = await withParts();
  const parts = await Parts.open<number>(folder);
  const written = ["a", "b"].map((name, data) => ({ name, aside: parts.aside(".txt"), data }));
  for (const { name, aside } of written) writeFileSync(aside, name);
  await parts.addAll(written);
  const again = await Parts.open<number>(folder);
  expect([again.size, again.get("a"), again.get("b")]).toEqual([2, 0, 1]);
  expect(
    files(folder)
      .map((file) => readFileSync(file, "utf8"))
      .sort(),
  ).toEqual(["a", "b"]);
  expect(written.some(({ aside }) => existsSync(aside))).toBe(false);
});

test("a torn line of the journal hides neither the others nor the next one", async () => {
  const folder = await withParts("a");
  appendFileSync(path.join(folder, "journal.jsonl"), '{"name": "b", "byt');
  const parts = await Parts.open<{ of: string }>(folder);
  const aside = parts.aside(".txt");
  writeFileSync(aside, "c");
  await parts.add("c", aside, { of: "c" });
  expect(existsSync(aside)).toBe(false);
  expect((await Parts.open(folder)).size).toBe(2);
});

test("parts that are put in place while the journal is flushed share the next flush", async () => {
  const handle = await open(path.join(base, "any"), "w");
  const flush = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, "datasync");
  await handle.close();
  const folder = await withParts();
  const many = await Parts.open<number>(folder);
  const names = Array.from({ length: 40 }, (_, number) => `part ${number}`);
  await Promise.all(
    names.map(async (name, number) => {
      const aside = many.aside(".txt");
      writeFileSync(aside, name);
      await many.add(name, aside, number);
      expect(many.get(name)).toBe(number);
    }),
  );
  expect(flush.mock.calls.length).toBeLessThan(20);
  flush.mockRestore();
  const again = await Parts.open<number>(folder);
  expect(names.map((name) => again.get(name))).toEqual(names.map((_, number) => number));
});

test("what the journal cannot take is told to each that waits for it, and the next is tried again", async () => {
  const folder = await withParts();
  const parts = await Parts.open<number>(folder);
  const add = async (name: string) => {
    const aside = parts.aside(".txt");
    writeFileSync(aside, name);
    await parts.add(name, aside, 1);
  };
  const journal = path.join(folder, "journal.jsonl");
  rmSync(journal);
  mkdirSync(journal);
  const tries = await Promise.allSettled([add("a"), add("b")]);
  expect(tries.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  rmSync(journal, { recursive: true });
  await add("c");
  expect([parts.get("a"), parts.get("c"), (await Parts.open(folder)).size]).toEqual([undefined, 1, 1]);
});
