import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { isForkOf, isWithinExec } from "../../store/forks.ts";
import { temporaryFolder } from "../support/folders.ts";

const base = temporaryFolder();
const NOBODY = 2 ** 22 + 1;

test.runIf(process.platform === "linux")("an open file is known by its name, also when it is gone", () => {
  const file = path.join(base, "a.held");
  writeFileSync(file, "");
  const open = openSync(file, "r");
  expect([isForkOf(process.pid, "a.held"), isForkOf(process.pid, "held")]).toEqual([true, false]);
  rmSync(file);
  expect(isForkOf(process.pid, "a.held")).toBe(true);
  closeSync(open);
  expect([isForkOf(process.pid, "a.held"), isForkOf(NOBODY, "a.held")]).toEqual([false, false]);
});

test.runIf(process.platform === "linux")(
  "what runs, a kernel thread, and nobody are not within exec",
  async () => {
    const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { env: {}, stdio: "ignore" });
    await expect.poll(() => isWithinExec(bare.pid!)).toBe(false);
    // 2 is the kernel's kthreadd, where it can be seen.
    expect([process.pid, bare.pid!, 2, NOBODY].map(isWithinExec)).toEqual([false, false, false, false]);
    bare.kill("SIGKILL");
  },
);
