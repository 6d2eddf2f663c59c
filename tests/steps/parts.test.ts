import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
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
  await again.give("videos/b.mp4", target);
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
  await (await Parts.open(folder)).give("a", target);
  expect(readFileSync(target, "utf8")).toBe("content of a");
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
