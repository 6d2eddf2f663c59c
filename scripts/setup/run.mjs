import { spawn } from "node:child_process";
import os from "node:os";

/** A set-up failure with a sentence for the user. */
export class SetupError extends Error {}

// Go and npm refuse to work without HOME, which some service managers do not set.
const environment = { HOME: os.homedir(), ...process.env };

const children = new Set();

function interrupted() {
  for (const child of children) child.kill("SIGTERM");
  console.error("\nInterrupted. Run the command again: it goes on from here.");
  process.exit(130);
}

/** Only while a program of the set-up runs: afterwards signals belong to what the script does next. */
function track(child) {
  if (children.size === 0) for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupted);
  children.add(child);
  child.on("close", () => {
    children.delete(child);
    if (children.size === 0) for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
  });
}

/** Runs a program without a shell; gives its output, or throws with its last lines. */
export function run(command, args, { env = {}, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    track(child);
    let out = "";
    let all = "";
    child.stdout.on("data", (data) => ((out += data), (all += data)));
    child.stderr.on("data", (data) => (all += data));
    child.on("error", (error) => reject(new SetupError(`${command}: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve(out.trim());
      else
        reject(
          new SetupError(
            `'${[command, ...args].join(" ")}' failed:\n${all.trim().split("\n").slice(-12).join("\n")}`,
          ),
        );
    });
  });
}

/** The output of a program, or null when it is not there or fails. */
export const tryRun = (command, args, options) => run(command, args, options).catch(() => null);

/** Tells what a part of the set-up does and how long it took. */
export async function timed(name, what, work) {
  const start = Date.now();
  console.error(`[${name}] ${what}`);
  const result = await work();
  console.error(`[${name}] done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}
