import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { versionOf } from "../../engine/server-version.ts";
import { temporaryFolder } from "../support/folders.ts";

/** A program that says its version, and notes that it was asked. */
function program(folder: string, says: string): string {
  const file = path.join(folder, "temporal");
  writeFileSync(file, `#!/bin/sh\necho asked >> "${folder}/asked"\necho "${says}"\n`, { mode: 0o755 });
  return file;
}

const asked = (folder: string): number =>
  readFileSync(path.join(folder, "asked"), "utf8").split("\n").length - 1;

test("a server's program is asked for its version once, and again when it is another file", async () => {
  const folder = temporaryFolder();
  const environment = { REPRISE_CACHE: path.join(folder, "cache") };
  const file = program(folder, "temporal version 1 (Server 1.2.3)");
  for (let time = 0; time < 3; time++) expect(await versionOf(file, environment)).toBe("1.2.3");
  expect(asked(folder)).toBe(1);
  program(folder, "temporal version 2 (Server 1.30.4, other)");
  expect(await versionOf(file, environment)).toBe("1.30.4");
  expect(asked(folder)).toBe(2);
  writeFileSync(path.join(folder, "cache", "server-version.json"), "{");
  expect(await versionOf(file, environment)).toBe("1.30.4");
  expect(asked(folder)).toBe(3);
});

test("what does not say which server it is is none, each time", async () => {
  const folder = temporaryFolder();
  const environment = { REPRISE_CACHE: path.join(folder, "cache") };
  const file = program(folder, "hello");
  for (let time = 0; time < 2; time++)
    await expect(versionOf(file, environment)).rejects.toThrow("is no Temporal server");
});

test("nothing is kept where the cache cannot be written", async () => {
  const folder = temporaryFolder();
  const file = program(folder, "Server 1.2.3");
  const environment = { REPRISE_CACHE: path.join(file, "cache") };
  for (let time = 0; time < 2; time++) expect(await versionOf(file, environment)).toBe("1.2.3");
  expect(asked(folder)).toBe(2);
});
