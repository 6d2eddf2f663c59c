import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { isLeftBehind } from "../../core/outside-kind.ts";
import { changedFiles, rememberContent, takeCopy } from "../../outside/content.ts";
import { openStore, type Store } from "../../store/store.ts";
import { temporaryFolder } from "../support/folders.ts";

let root = "";
let kind = "";
let copy = "";
let store: Store;

const write = (name: string, text = name) => {
  const place = path.join(kind, name);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, text);
};
const digest = () => store.inputs.digest(kind, isLeftBehind);

beforeEach(() => {
  root = temporaryFolder();
  kind = path.join(root, "kinds", "x");
  copy = path.join(root, "copy");
  store = openStore(path.join(root, "store"));
  write("main.py");
  write("lib/more.py");
});

function leaveThings(): void {
  for (const name of [
    "__pycache__/main.pyc",
    "lib/__pycache__/more.pyc",
    ".git/index",
    ".DS_Store",
    ".venv/x",
  ])
    write(name);
  // A folder of an editor may hold what has no content.
  symlinkSync("nowhere", path.join(kind, ".#main.py"));
}

test("what tools leave in a kind's folder is no part of it, and its program does not get it", async () => {
  const before = await digest();
  leaveThings();
  expect(await digest()).toBe(before);
  await takeCopy(kind, copy, before);
  expect(readdirSync(copy, { recursive: true }).map(String).sort()).toEqual([
    "lib",
    path.join("lib", "more.py"),
    "main.py",
  ]);
  await rememberContent(store, kind);
  write("__pycache__/other.pyc");
  expect(await changedFiles(store, before, kind)).toEqual([]);
});

test("an input that is no kind's folder has all of them", async () => {
  const before = await store.inputs.digest(kind);
  leaveThings();
  await expect(store.inputs.digest(kind)).rejects.toThrow("the link '.#main.py' leads nowhere");
  expect(await digest()).toBe(before);
});

test("a copy is that of the beginning, or none; links are followed, what was there before goes", async () => {
  writeFileSync(path.join(root, "elsewhere.py"), "far");
  symlinkSync("../../elsewhere.py", path.join(kind, "link.py"));
  const before = await digest();
  mkdirSync(copy);
  writeFileSync(path.join(copy, "old"), "");
  await takeCopy(kind, copy, before);
  expect(existsSync(path.join(copy, "old"))).toBe(false);
  expect(readFileSync(path.join(copy, "link.py"), "utf8")).toBe("far");
  write("main.py", "other");
  await expect(takeCopy(kind, copy, before)).rejects.toMatchObject({
    ...{ code: "data", message: expect.stringContaining("has changed since the run began") },
  });
});

test("a kind may stand in a folder that is called as what tools leave", async () => {
  kind = path.join(root, ".venv");
  write("main.py");
  await takeCopy(kind, copy, await digest());
  expect(readdirSync(copy)).toEqual(["main.py"]);
});

test("files that changed are named; where nothing is known of before, none are", async () => {
  const before = await digest();
  expect(await changedFiles(store, before, kind)).toBeNull();
  await rememberContent(store, kind);
  write("main.py", "other");
  write("new.py");
  const { rmSync, chmodSync } = await import("node:fs");
  rmSync(path.join(kind, "lib", "more.py"));
  write("lib/kept.py");
  expect(await changedFiles(store, before, kind)).toEqual([
    "lib/kept.py is new",
    "lib/more.py is gone",
    "main.py",
    "new.py is new",
  ]);
  await rememberContent(store, kind);
  const now = await digest();
  chmodSync(path.join(kind, "new.py"), 0o755);
  expect(await changedFiles(store, now, kind)).toEqual(["new.py"]);
  expect(await changedFiles(store, now, path.join(root, "gone"))).toBeNull();
});
