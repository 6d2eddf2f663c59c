import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, createWriteStream, openSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, signalGroup } from "../store/processes.ts";
import {
  endAttempt,
  familyOf,
  KILLED_MS,
  MARK,
  markFor,
  watchFamily,
  type Attempt,
} from "../store/step-processes.ts";
import { HideSecrets } from "../steps/secrets/hide-secrets.ts";

export interface ChildRequest {
  command: string;
  args: string[];
  /** Folder that it runs in; this process's own without one. */
  cwd?: string;
  /** All variables that it gets; undefined ones it does not. */
  environment: Record<string, string | undefined>;
  /** Names this attempt among all others: every process of the program carries it. */
  mark: string;
  /** File that takes standard output and error; nothing is parsed from them. */
  log: string;
  /** Texts that must not get into the log. */
  hidden?: readonly string[];
  /** Open files that the program keeps open for as long as it runs. */
  inherits?: readonly number[];
  /** Aborted when the step is cancelled or the worker goes. */
  signal: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL to the program; asked when it is ended. */
  grace: () => number;
  /** Looks whether the program may start, before it does. */
  starting: () => Promise<void>;
  started: (pid: number) => Promise<void>;
  /** Begins the program otherwise than by its command, as that would do; undefined where that is to be done. */
  fork?: (request: { mark: string; log: string }) => Promise<Forked | undefined>;
}

/** A program that was begun without its command. */
export interface Forked {
  pid: number;
  ended: Promise<ChildEnd>;
}

/** A program that was begun, in whichever way. */
interface Begun {
  pid: number | undefined;
  ended: Promise<ChildEnd>;
  /** What it writes, where that passes through here. */
  outputs: Readable[];
  /** Lets this process end before it. */
  forget: () => void;
}

export type ChildEnd = (
  | { how: "exit"; code: number }
  | { how: "signal"; signal: string }
  /** `code` is the system's: ENOENT, EACCES, E2BIG. */
  | { how: "not-started"; code: string }
) & {
  /** Processes of the program that cannot be ended, if there are any. */
  stuck?: readonly string[];
};

const LEFT_OPEN_MS = 2_000;
// What a program leaves behind may still save something.
const LEFT_BEHIND_MS = 1_500;

/**
 * Runs a program in a session of its own. On abort its process group gets SIGTERM, and SIGKILL after the grace. When it has
 * ended, whatever it has started and left ends too. The promise settles when all are gone, or cannot be ended, and the caller
 * looks at the signal.
 *
 * It is found again by its mark: if this worker dies, its successor ends it. The program holds the log's descriptor itself: it
 * must be able to write after a worker that was killed. Only where secrets must be hidden does its output pass through here.
 */
export async function runChild(request: ChildRequest): Promise<ChildEnd> {
  const { log, hidden = [], mark, signal, grace } = request;
  await request.starting();
  if (signal.aborted) return { how: "signal", signal: "SIGTERM" };
  const output = openSync(log, "a");
  let until: number | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  const unkillable = new Promise<ChildEnd>((resolve) => {
    giveUp = () => resolve({ how: "signal", signal: "SIGKILL" });
  });
  let child: Begun;
  try {
    const forked = await request.fork?.({ mark, log });
    child = forked === undefined ? start(request, output) : { ...forked, outputs: [], forget: () => {} };
  } catch (error) {
    return notStarted(error);
  } finally {
    closeSync(output);
  }
  const written = Promise.allSettled(
    child.outputs.map((stream) =>
      pipeline(stream, new HideSecrets(hidden), createWriteStream(log, { flags: "a" })),
    ),
  );
  const { pid, ended } = child;
  if (pid === undefined) return ended;
  const attempt: Attempt = { mark, leader: identify(pid) ?? null };
  const tellGroup = (name: "SIGTERM" | "SIGKILL") => {
    attempt.known = familyOf(attempt);
    signalGroup(pid, name);
  };
  const end = () => {
    until = Date.now() + grace();
    tellGroup("SIGTERM");
    killTimer = setTimeout(() => {
      tellGroup("SIGKILL");
      killTimer = setTimeout(giveUp, KILLED_MS);
    }, grace());
  };
  const over = new AbortController();
  void watchFamily(attempt, over.signal);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    await request.started(pid);
    const how = await Promise.race([ended, unkillable]);
    clearTimeout(killTimer);
    over.abort();
    const stuck = await endAttempt(attempt, Math.max(until ?? 0, Date.now() + LEFT_BEHIND_MS));
    // What still holds the pipe after that is not waited for.
    await Promise.race([written, sleep(LEFT_OPEN_MS, undefined, { ref: false })]);
    if (stuck.length === 0) return how;
    child.forget();
    return { ...how, stuck };
  } catch (error) {
    await endAttempt(attempt, Date.now());
    throw error;
  } finally {
    over.abort();
    signal.removeEventListener("abort", end);
    clearTimeout(killTimer);
    // Of its group also what has taken the mark off.
    signalGroup(pid, "SIGKILL");
  }
}

function start(
  { command, args, cwd, environment, mark, hidden = [], inherits = [] }: ChildRequest,
  output: number,
): Begun {
  const child: ChildProcess = spawn(command, args, {
    cwd,
    env: { ...environment, [MARK]: markFor(mark) },
    stdio: [
      "ignore",
      ...(hidden.length === 0 ? [output, output] : ["pipe" as const, "pipe" as const]),
      ...inherits,
    ],
    detached: true,
  });
  const ended = once(child, "exit").then(
    ([code, by]) => endOf(code as number | null, by as string | null),
    notStarted,
  );
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  return { pid: child.pid, ended, outputs, forget: () => child.unref() };
}

const endOf = (code: number | null, signal: string | null): ChildEnd =>
  code === null ? { how: "signal", signal: signal ?? "unknown" } : { how: "exit", code };

function notStarted(error: unknown): ChildEnd {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return { how: "not-started", code };
}

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
