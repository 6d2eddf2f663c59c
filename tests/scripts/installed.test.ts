import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { ROOM_NAMES } from "../../scripts/rooms.mjs";
import { isInstalled, onlyForChecks, writeWithoutChecks } from "../../scripts/setup/installed.mjs";
import { linkTree } from "../../scripts/setup/link-tree.mjs";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
interface Described {
  dependencies: object;
  devDependencies: object;
  packages: Record<string, { dependencies: object; devDependencies: object }>;
}
const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Described;
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
};

describe("packages that only checks need", () => {
  test("they are taken out of package.json and lock alike", () => {
    for (const file of ["package.json", "package-lock.json"])
      write(file, readFileSync(path.join(packageRoot, file), "utf8"));
    writeWithoutChecks(folder);
    const { devDependencies, dependencies } = read(path.join(folder, "package.json"));
    const lock = read(path.join(folder, "package-lock.json")).packages;
    expect(lock[""]!.devDependencies).toEqual(devDependencies);
    expect(lock[""]!.dependencies).toEqual(dependencies);
    const before = Object.keys(read(path.join(packageRoot, "package.json")).devDependencies);
    expect(before.filter((name) => !(name in devDependencies)).sort()).toEqual([...onlyForChecks()].sort());
    // What npm leaves out of it is npm's to find.
    expect(lock["node_modules/vitest"]).toBeDefined();
  });

  test("neither build nor command import one", () => {
    const build = ["scripts/build", "scripts/setup"].map((place) => path.join(packageRoot, place));
    const rooms = ROOM_NAMES.map((name) => path.join(packageRoot, name));
    const files = [...build, ...rooms].flatMap((place) =>
      readdirSync(place, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.m?[tj]s$/.test(name) && !name.includes("node_modules"))
        .map((name) => path.join(place, name)),
    );
    files.push(path.join(packageRoot, "scripts", "build.mjs"));
    expect(files.length).toBeGreaterThan(400);
    const unwanted = onlyForChecks();
    for (const file of files) {
      const text = readFileSync(file, "utf8");
      const imported = [...text.matchAll(/(?:from |import\(?|require\()\s*"((?:@[^/"]+\/)?[^./"][^/"]*)/g)];
      for (const [, name] of imported) expect(unwanted, file).not.toContain(name);
    }
  });
});

describe("what npm installed", () => {
  const other = process.platform === "darwin" ? "linux" : "darwin";
  const a = { version: "1.0.0", integrity: "sha512-a", dev: true };
  const packages = {
    "": { name: "x", devDependencies: { a: "1.0.0" } },
    "node_modules/a": a,
    "node_modules/a-here": { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] },
    "node_modules/a-there": { version: "1.0.0", optional: true, os: [other], cpu: [process.arch] },
    "node_modules/a-there/node_modules/its": { version: "1.0.0", optional: true },
  };
  const found = (more: object = {}) =>
    write(
      "node_modules/.package-lock.json",
      JSON.stringify({
        packages: { "node_modules/a": a, "node_modules/a-here": packages["node_modules/a-here"], ...more },
      }),
    );
  beforeEach(() => {
    rmSync(path.join(folder, "node_modules"), { recursive: true, force: true });
    for (const name of ["a", "a-here"]) write(`node_modules/${name}/package.json`, "{}");
    write("package-lock.json", JSON.stringify({ packages }));
    found();
  });

  test("it is known by npm's own note, without what is for other machines", () => {
    expect(isInstalled(folder)).toBe(true);
  });

  test("not without the note, which npm writes last", () => {
    rmSync(path.join(folder, "node_modules", ".package-lock.json"));
    expect(isInstalled(folder)).toBe(false);
  });

  test("not with another version, without a folder, or without what this machine needs", () => {
    found({ "node_modules/a": { ...a, version: "1.0.1" } });
    expect(isInstalled(folder)).toBe(false);
    found({ "node_modules/a-here": undefined });
    expect(isInstalled(folder)).toBe(false);
    found();
    rmSync(path.join(folder, "node_modules", "a"), { recursive: true });
    expect(isInstalled(folder)).toBe(false);
  });
});

test("more packages come beside those that are there, which stay as they are", () => {
  for (const [place, names] of [
    ["few", ["a"]],
    ["whole", ["a", "b"]],
  ] as const) {
    for (const name of names) write(`${place}/${name}/index.js`, name);
    write(`${place}/.package-lock.json`, place);
  }
  const modules = path.join(folder, "linked");
  expect(linkTree(path.join(folder, "few"), modules)).toBe(2);
  const before = statSync(path.join(modules, "a", "index.js")).ino;
  expect(linkTree(path.join(folder, "whole"), modules)).toBe(3);
  expect(statSync(path.join(modules, "a", "index.js")).ino).toBe(before);
  expect(existsSync(path.join(modules, "b", "index.js"))).toBe(true);
  expect(readFileSync(path.join(modules, ".package-lock.json"), "utf8")).toBe("whole");
});
