import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { furtherName, shortenName } from "../../engine/server-program.ts";
import { temporaryFolder } from "../support/folders.ts";

const isLinux = process.platform === "linux";

function copied(folder: string): string {
  const binary = path.join(folder, "binary");
  copyFileSync("/bin/sleep", binary);
  return binary;
}

test.runIf(isLinux)("what a program was started from is a short file once it runs", async () => {
  const folder = temporaryFolder();
  const binary = copied(folder);
  const name = path.join(folder, "temporal");
  for (const text of ["temporal 1\n", "temporal 2\n"]) {
    expect(furtherName(binary, name)).toBe(name);
    // A shell that becomes the program after a while.
    const child = spawn("/bin/sh", ["-c", 'sleep 0.1; exec "$@"', "sh", name, "20"]);
    await shortenName(name, child.pid!, text);
    expect(readFileSync(name, "utf8")).toBe(text);
    expect(readlinkSync(`/proc/${child.pid}/exe`)).toBe(`${name} (deleted)`);
    expect(child.exitCode).toBeNull();
    child.kill();
    await once(child, "exit");
    expect(statSync(binary).size).toBe(statSync("/bin/sleep").size);
  }
});

test.runIf(isLinux)("a program that has ended keeps its further name", async () => {
  const folder = temporaryFolder();
  const name = furtherName(copied(folder), path.join(folder, "temporal"));
  const child = spawn(name, ["0"]);
  await once(child, "exit");
  await shortenName(name, child.pid!, "temporal 1\n");
  expect(statSync(name).size).toBe(statSync("/bin/sleep").size);
});

test("a program that can have no further name is started by its own", () => {
  const folder = temporaryFolder();
  const script = path.join(folder, "script");
  writeFileSync(script, "#!/bin/sh\n", { mode: 0o755 });
  const name = path.join(folder, "temporal");
  expect(furtherName(script, name)).toBe(script);
  const binary = copied(folder);
  expect(furtherName(binary, path.join(folder, "absent", "temporal"))).toBe(binary);
  mkdirSync(name);
  expect(furtherName(binary, name)).toBe(binary);
});
