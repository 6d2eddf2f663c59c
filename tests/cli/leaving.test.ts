import { once } from "node:events";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { BINARY } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

test("who leaves while another command begins the server is let go at once, and the run is kept", async () => {
  const cwd = temporaryFolder();
  const lock = path.join(cwd, ".reprise", "server.lock");
  for (const folder of [path.join(cwd, ".reprise", "server"), lock]) mkdirSync(folder, { recursive: true });
  const soon = Date.now() / 1000 + 600;
  utimesSync(lock, soon, soon);
  writeFileSync(path.join(cwd, "r.yaml"), "recipe: 1\nname: r\nsteps: { a: { uses: run/noop, with: {} } }\n");
  const command = execa(process.execPath, [BINARY, "run", "r.yaml"], { cwd, reject: false });
  await once(command.stdout, "data");
  command.kill("SIGINT");
  const { exitCode, stdout } = await command;
  expect(stdout).toContain("Stopping; the run is kept.");
  expect(exitCode).toBe(130);
  // The lock is waited for longer.
}, 20_000);
