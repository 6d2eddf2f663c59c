import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { home } from "../../store/home.ts";
import { temporaryFolder } from "../support/folders.ts";

test("a store is where REPRISE_HOME says, counted from the folder", () => {
  expect(home.find("/a/b", { REPRISE_HOME: "/elsewhere" })).toBe("/elsewhere");
  expect(home.find("/a/b", { REPRISE_HOME: "../c" })).toBe("/a/c");
});

test("else it is the nearest one above that is a folder, else the folder's own", () => {
  const top = temporaryFolder();
  const below = path.join(top, "a", "b");
  mkdirSync(below, { recursive: true });
  expect(home.find(below, {})).toBe(path.join(below, ".reprise"));
  expect(home.find(below, { REPRISE_HOME: "" })).toBe(path.join(below, ".reprise"));
  mkdirSync(path.join(top, ".reprise"));
  expect(home.find(below, {})).toBe(path.join(top, ".reprise"));
  writeFileSync(path.join(top, "a", ".reprise"), "");
  expect(home.find(below, {})).toBe(path.join(top, ".reprise"));
  mkdirSync(path.join(below, ".reprise"));
  expect(home.find(below, {})).toBe(path.join(below, ".reprise"));
});
