import { chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { firstDefect, manifestOf, type SeenFile } from "../../store/manifest.ts";
import { temporaryFolder } from "../support/folders.ts";

let folder: string;
let files: readonly SeenFile[];
const at = (name: string) => path.join(folder, name);

beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(at("empty"));
  writeFileSync(at("a"), "one");
  writeFileSync(at("b"), "two", { mode: 0o755 });
  ({ seen: files } = await manifestOf(folder));
});

test("what is as it was seen has no defect, closed or not", async () => {
  expect(files.map(({ path: name }) => name)).toEqual(["a", "b", "empty/"]);
  expect(await firstDefect(folder, files)).toBeNull();
  expect(await firstDefect(folder, files, { closed: true })).toBeNull();
});

test.each<[string, () => void, string, boolean]>([
  ["a file that is gone", () => rmSync(at("a")), "'a' is missing", false],
  ["a folder that is gone", () => rmSync(at("empty"), { recursive: true }), "'empty/' is missing", false],
  ["another size", () => writeFileSync(at("a"), "ones"), "'a' has another size", false],
  [
    "the same size, later",
    () => (writeFileSync(at("a"), "six"), utimesSync(at("a"), 1, 1)),
    "'a' was altered",
    false,
  ],
  ["a right to run", () => chmodSync(at("a"), 0o755), "'a' is executable, unlike what was stored", true],
  ["no right to run", () => chmodSync(at("b"), 0o644), "'b' is not executable, unlike what was stored", true],
  ["a file more", () => writeFileSync(at("c"), ""), "'c' was added", true],
  ["nothing left", () => rmSync(folder, { recursive: true }), "'a' is missing", true],
])("%s is told", async (_, change, says, closedAlone) => {
  change();
  expect(await firstDefect(folder, files, { closed: true })).toBe(says);
  if (closedAlone && says !== "'a' is missing") expect(await firstDefect(folder, files)).toBeNull();
  else expect(await firstDefect(folder, files)).toBe(says);
});

test("a file where a folder was is told", async () => {
  rmSync(at("empty"), { recursive: true });
  writeFileSync(at("empty"), "");
  expect(await firstDefect(folder, files)).toBe("'empty/' is missing");
});

test("the same content at another time is the same", async () => {
  utimesSync(at("a"), 1, 1);
  expect(await firstDefect(folder, files)).toBeNull();
});

test("a folder that is gone, of nothing, is said", async () => {
  rmSync(folder, { recursive: true });
  expect(await firstDefect(folder, [])).toBeNull();
  expect(await firstDefect(folder, [], { closed: true })).toBe("its folder is gone");
});
