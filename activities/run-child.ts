import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, createWriteStream, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { signalGroup } from "../store/processes.ts";
import { HideSecrets } from "./hide-secrets.ts";

export interface ChildRequest {
  command: string;
  args: string[];
  /** Added to this process's environment; undefined takes a variable away. */
  environment?: Record<string, string | undefined>;
  /** File that takes standard output and error; nothing is parsed from them. */
  log: string;
  /** Texts that must not get into the log. */
  hidden?: readonly string[];
  /** Aborted when the step is cancelled or the worker goes. */
  /** Open files that the program keeps open for as long as it runs. */
  inherits?: readonly number[];
  signal: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL to the whole group; asked when it is ended. */
  grace: () => number;
  started: (pid: number) => Promise<void>;
}

const LEFT_OPEN_MS = 2_000;

export type ChildEnd =
  { how: "exit"; code: number } | { how: "signal"; signal: string } | { how: "not-started"; reason: string };

/**
 * Waits until the program's process is noted, and becomes the program: if this worker dies before, the pipe closes and
 * nothing runs that nobody knows of. Program and arguments are never part of the script.
 */
const LAUNCHER = 'read -r go || exit 75; exec "$0" "$@" </dev/null';

/**
 * Runs a program in a process group of its own. On abort the whole group gets SIGTERM, and SIGKILL after the grace;
 * the promise settles when the child is gone, and the caller looks at the signal.
 *
 * The child holds the log's descriptor itself: it must be able to write after a worker that was killed. Only where
 * secrets must be hidden does its output pass through here.
 */
export async function runChild(request: ChildRequest): Promise<ChildEnd> {
  const { command, args, environment = {}, hidden = [], inherits = [], log, signal, grace } = request;
  const output = openSync(log, "a");
  let killTimer: NodeJS.Timeout | undefined;
  const child: ChildProcess = spawn("/bin/sh", ["-c", LAUNCHER, command, ...args], {
    env: { ...process.env, ...environment },
    stdio: [
      "pipe",
      ...(hidden.length === 0 ? [output, output] : ["pipe" as const, "pipe" as const]),
      ...inherits,
    ],
    detached: true,
  });
  child.stdin?.on("error", () => {});
  const written = Promise.allSettled(
    [child.stdout, child.stderr].flatMap((stream) =>
      stream === null
        ? []
        : [pipeline(stream, new HideSecrets(hidden), createWriteStream(log, { flags: "a" }))],
    ),
  );
  const ended = once(child, "exit").then(
    ([code, by]) => endOf(code as number | null, by as string | null),
    (error: unknown): ChildEnd => ({
      how: "not-started",
      reason: error instanceof Error ? error.message : String(error),
    }),
  );
  const { pid } = child;
  const end = () => {
    if (pid === undefined) return;
    signalGroup(pid, "SIGTERM");
    killTimer = setTimeout(() => signalGroup(pid, "SIGKILL"), grace());
  };
  try {
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    if (pid !== undefined) await request.started(pid);
    child.stdin?.end("go\n");
    const how = await ended;
    // A grandchild may hold the pipe open: it is ended first.
    if (pid !== undefined) signalGroup(pid, "SIGKILL");
    // What still holds the pipe after that is not waited for.
    await Promise.race([written, sleep(LEFT_OPEN_MS, undefined, { ref: false })]);
    return how;
  } finally {
    signal.removeEventListener("abort", end);
    clearTimeout(killTimer);
    // A grandchild may outlive its parent.
    if (pid !== undefined) signalGroup(pid, "SIGKILL");
    closeSync(output);
  }
}

const endOf = (code: number | null, signal: string | null): ChildEnd =>
  code === null
    ? { how: "signal", signal: signal ?? "unknown" }
    : code === 126 || code === 127
      ? { how: "not-started", reason: `there is no such program, or it may not be run (exit code ${code})` }
      : { how: "exit", code };

/** The last lines of a log, for a failure's message; reads at most 8 KB. */
export async function tailOf(log: string, lines: number): Promise<string> {
  const handle = await open(log, "r").catch(() => undefined);
  if (handle === undefined) return "";
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, 8192);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } finally {
    await handle.close();
  }
}
