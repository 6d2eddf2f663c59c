import { spawn } from "node:child_process";
import { homeFolder } from "./places.mjs";
import { SetupError } from "./setup-error.mjs";

// Go and npm refuse to work without HOME, which some service managers do not set.
const environment = { ...(homeFolder === null ? {} : { HOME: homeFolder }), ...process.env };

const children = new Set();

const KILL_MS = 10_000;
let stopping = false;

/** Ends what runs and waits for it: a package manager that still writes would disturb the next try. */
function interrupted() {
  if (stopping) return;
  stopping = true;
  console.error("\nInterrupted. Run the command again: it goes on from here.");
  for (const child of children) {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), KILL_MS).unref();
  }
}

/** Only while a program of the set-up runs: afterwards signals belong to what the script does next. */
function track(child) {
  if (children.size === 0) for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupted);
  children.add(child);
  child.on("close", () => {
    children.delete(child);
    if (children.size > 0) return;
    if (stopping) process.exit(130);
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
  });
}

const SHOWN_LINES = 40;

/** Runs a program without a shell; gives its output, or throws with its last lines. `timeout` is in milliseconds. */
export function run(command, args, { env = {}, cwd, timeout } = {}) {
  // The process ends as soon as the last program is gone.
  if (stopping) return new Promise(() => {});
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
      killSignal: "SIGKILL",
    });
    track(child);
    let out = "";
    let all = "";
    child.stdout.on("data", (data) => ((out += data), (all += data)));
    child.stderr.on("data", (data) => (all += data));
    child.on("error", ({ code, message }) =>
      reject(
        new SetupError(
          code === "ENOENT" ? `'${command}' is not installed, or not on PATH` : `${command}: ${message}`,
        ),
      ),
    );
    child.on("close", (code) => {
      if (stopping) return;
      if (code === 0) return resolve(out.trim());
      const said = all.trim().split("\n").slice(-SHOWN_LINES).join("\n");
      reject(new SetupError(`'${[command, ...args].join(" ")}' failed:\n${said}`, said || null));
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
