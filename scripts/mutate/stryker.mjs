import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root } from "../setup/places.mjs";

const BINARY = path.join(root, "node_modules/@stryker-mutator/core/bin/stryker.js");

/**
 * Runs Stryker on what `mutate` names; null where it took longer than `milliseconds`. It has a group of its own, so that its test
 * runners end with it.
 */
export function runStryker(mutate, env, milliseconds) {
  const child = spawn(process.execPath, [BINARY, "run", "-m", mutate.join(",")], {
    cwd: root,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => process.kill(-Number(child.pid), "SIGKILL");
  const interrupted = (signal) => {
    end();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
  let output = "";
  let late = false;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  const timer =
    milliseconds === undefined
      ? undefined
      : setTimeout(() => ((late = true), end()), Math.max(1, milliseconds));
  return new Promise((resolve) => {
    child.on("close", (status) => {
      clearTimeout(timer);
      for (const signal of ["SIGINT", "SIGTERM"]) process.removeListener(signal, interrupted);
      // What Stryker itself would have removed.
      if (late) fs.rmSync(path.join(root, ".stryker"), { recursive: true, force: true });
      resolve(late ? null : { status, output });
    });
  });
}
