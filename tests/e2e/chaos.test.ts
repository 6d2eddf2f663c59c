import { execa } from "execa";
import { expect, test } from "vitest";

test("whatever is killed, stopped or starved, nothing is lost", { timeout: 12 * 60_000 }, async () => {
  const { stdout, exitCode } = await execa(
    process.execPath,
    ["scripts/chaos.mjs", "--kills", "8", "--per-round", "8", "--seed", String(new Date().getUTCDate())],
    { reject: false, all: true },
  );
  console.log(stdout);
  expect(stdout).toMatch(/\n8 strikes in \d+ runs?, seed \d+: nothing lost/);
  for (const kind of ["encoder", "trainer", "host", "worker", "cli", "server"])
    expect(stdout).toMatch(new RegExp(`^ {2}(kill|stop|hang up|unheard) ${kind}$`, "m"));
  expect(exitCode).toBe(0);
});
