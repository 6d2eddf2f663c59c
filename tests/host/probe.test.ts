import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { probe } from "../../host/probe.ts";
import { temporaryFolder } from "../support/folders.ts";

afterEach(() => vi.unstubAllEnvs());

test("a program's answer is its exit code and what it printed", async () => {
  expect(await probe("sh", ["-c", "echo one; echo two >&2; exit 3"])).toEqual({
    exitCode: 3,
    stdout: "one",
    late: null,
  });
});

test("one that is not there has no answer, and is not late", async () => {
  expect(await probe("no-such-program-here", [])).toMatchObject({ exitCode: undefined, late: null });
});

test("one is found where the system looks for it, also from the folder that it is started in", async () => {
  const cwd = temporaryFolder();
  const file = path.join(cwd, "own-program");
  writeFileSync(file, "#!/bin/sh\necho found\n");
  chmodSync(file, 0o755);
  for (const folders of [cwd, ".", `/nowhere:${cwd}`]) {
    vi.stubEnv("PATH", folders);
    expect(await probe("own-program", [], { cwd })).toEqual({ exitCode: 0, stdout: "found", late: null });
  }
  vi.stubEnv("PATH", "/nowhere");
  expect(await probe("own-program", [], { cwd })).toMatchObject({ exitCode: undefined });
  expect(await probe(file, [])).toMatchObject({ stdout: "found" });
  chmodSync(file, 0o644);
  vi.stubEnv("PATH", cwd);
  expect(await probe("own-program", [])).toMatchObject({ exitCode: undefined, late: null });
});

test.each([
  ["ignores every signal that it can", "trap '' TERM INT HUP; sleep 60"],
  ["leaves its output to another one", "sleep 60 & exit 0"],
])("one that %s is not waited for", async (_, script) => {
  const begun = Date.now();
  expect(await probe("sh", ["-c", script], { limitMs: 500 })).toEqual({
    exitCode: undefined,
    stdout: "",
    late: "sh gave no answer within 0.5 s",
  });
  expect(Date.now() - begun).toBeLessThan(5_000);
});
