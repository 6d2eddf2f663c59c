import { existsSync, readFileSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import path from "node:path";
import prettyMilliseconds from "pretty-ms";
import { saysDiskFull } from "../core/disk.ts";
import { programEnvironment } from "./program-environment.ts";
import { runChild, tailOf, type ChildEnd, type Forked } from "./run-child.ts";
import { workingFolder } from "./working-folder.ts";
import type { StepContext } from "../steps/context.ts";
import { DISK_FULL, StepFailure, type FailureCode } from "../core/step-failure.ts";

// Cancelling is to be over within 10 s, a worker that goes within 30 s.
const CANCEL_GRACE_MS = 7_000;
const SHUTDOWN_GRACE_MS = 20_000;
// How a program says that it stopped because it was asked to (sysexits.h, EX_TEMPFAIL).
const STOPPED = 75;

const LEAST_FREE_BYTES = 1024 * 1024;

interface Program {
  command: string;
  args: string[];
  /** On top of what every program gets of the worker's environment. */
  environment: Record<string, string | undefined>;
  /** What more it gets of it: names, or beginnings with a * behind. */
  passed?: readonly string[];
  hidden: readonly string[];
  /** Ends the program because of what it said; the reason is the step's failure. */
  refused?: AbortSignal;
  /** Reads the rest of what it said, when it has ended. */
  over?: () => Promise<void>;
  /** Begins it otherwise than by the command, in the same way; undefined where that cannot be. */
  fork?: (request: ForkRequest) => Promise<Forked | undefined>;
  /** What it is called in messages: `The trainer`. */
  name: string;
}

/** What the process of a program that is not begun by its command has to be. */
export interface ForkRequest {
  environment: Record<string, string | undefined>;
  /** Folder that it runs in; null for this process's own. */
  folder: string | null;
  log: string;
  mark: string;
}

/**
 * Runs a step's program: fenced, ended with its whole group when the step is cancelled, paused, or makes no progress. What
 * it was asked to end for is thrown; how it ended by itself is given back.
 */
export async function runProgram(context: StepContext, program: Program): Promise<ChildEnd> {
  const { signal, log, step } = context;
  const where = await workingFolder(context);
  const stalled = new AbortController();
  const watch = watchProgress(context, stalled);
  const killsBefore = outOfMemoryKills();
  const { fork, ...own } = program;
  const environment = {
    ...programEnvironment(context.withheld, program.passed),
    ...program.environment,
  };
  try {
    const end = await runChild({
      ...own,
      ...where,
      environment,
      ...(fork && { fork: (to) => fork({ environment, folder: where.cwd ?? null, ...to }) }),
      mark: context.fence.mark,
      log,
      inherits: context.allotment.holds,
      signal: AbortSignal.any([signal, stalled.signal, ...(program.refused ? [program.refused] : [])]),
      grace: () => (isShutdown(signal) ? SHUTDOWN_GRACE_MS : CANCEL_GRACE_MS),
      starting: () => context.fence.check(),
      started: (pid) => context.fence.noteChild(pid),
    });
    if (end.stuck !== undefined)
      await context.events.write({
        event: "message",
        text: `what ${program.name} has started is still there and cannot be ended: ${end.stuck.join(", ")}`,
      });
    signal.throwIfAborted();
    program.refused?.throwIfAborted();
    if (stalled.signal.aborted) {
      const silence = prettyMilliseconds(step.stalledSeconds! * 1000);
      const advice = "Look at the step's log, or raise 'stalled_after'.";
      throw new StepFailure(
        "stalled",
        `${program.name} made no progress for ${silence} and was ended. ${advice}`,
      );
    }
    if (end.how === "signal" && outOfMemoryKills() > killsBefore) {
      const advice = "Use a smaller batch, fewer or smaller frames, or a machine with more memory.";
      throw new StepFailure("oom", `${program.name} was killed because memory ran out. ${advice}`);
    }
    const asked = end.how === "exit" && end.code === STOPPED;
    if (asked || (end.how === "signal" && (end.signal === "SIGKILL" || end.signal === "SIGTERM")))
      throw new StepFailure(
        "killed",
        `${program.name} was ended by somebody (${end.how === "signal" ? end.signal : "SIGTERM"}).`,
      );
    return end;
  } finally {
    clearInterval(watch);
    try {
      await program.over?.();
    } finally {
      // A program writes its events itself.
      await context.events.hide(program.hidden);
    }
  }
}

/** A failure by the program's own doing, with the last lines of its log. */
export async function programFailure(name: string, end: ChildEnd, log: string): Promise<StepFailure> {
  const tail = await tailOf(log, 6);
  const lines = tail === "" ? "" : ` Its last lines:\n${tail}`;
  // Of a program that only says that it failed, what it said last or the disk itself tells.
  const { bavail, bsize } = await statfs(path.dirname(log));
  if (saysDiskFull(tail) || bavail * bsize < LEAST_FREE_BYTES)
    return new StepFailure("disk", `${DISK_FULL} ${explainEnd(name, end)}${lines}`);
  if (end.how === "not-started") {
    const { failure, why } = NOT_STARTED[end.code] ?? { failure: "exit", why: `the system says ${end.code}` };
    return new StepFailure(failure, `${name} could not be started: ${why}.`);
  }
  return new StepFailure("exit", `${explainEnd(name, end)}${lines}`);
}

/** Why a program was not started, by the system's code; not those that may pass, as too many open files. */
const NOT_STARTED: Readonly<Record<string, { failure: FailureCode; why: string }>> = {
  ENOENT: {
    failure: "exit",
    why: "there is no such program, or not what its first line names (ENOENT)",
  },
  EACCES: { failure: "exit", why: "it may not be run, or is a folder (EACCES)" },
  ENOTDIR: { failure: "exit", why: "there is no such program (ENOTDIR)" },
  ELOOP: { failure: "exit", why: "its path is a ring of links (ELOOP)" },
  ENOEXEC: { failure: "exit", why: "it is no program of this machine (ENOEXEC)" },
  ETXTBSY: { failure: "exit", why: "it is open for writing (ETXTBSY)" },
  ENAMETOOLONG: { failure: "data", why: "its name is longer than the system allows (ENAMETOOLONG)" },
  E2BIG: {
    failure: "data",
    why: "its arguments and environment variables are longer than the system allows (E2BIG); on Linux one may have 131,071 bytes. Give it long values in a file",
  },
  ERR_INVALID_ARG_VALUE: { failure: "data", why: "an argument or variable holds a NUL character" },
};

function explainEnd(name: string, end: ChildEnd): string {
  switch (end.how) {
    case "exit":
      return end.code === 0
        ? `${name} ended without a result.`
        : `${name} failed with exit code ${end.code}.`;
    case "signal":
      return `${name} was ended by ${end.signal}.`;
    case "not-started":
      return `${name} could not be started (${end.code}).`;
  }
}

/** Ends a program whose event file does not grow. */
function watchProgress({ step, events }: StepContext, stalled: AbortController): NodeJS.Timeout | undefined {
  if (step.stalledSeconds === null) return undefined;
  const limit = step.stalledSeconds * 1000;
  const begin = Date.now();
  const look = async () => {
    const { mtimeMs } = await stat(events.path).catch(() => ({ mtimeMs: 0 }));
    if (Date.now() - Math.max(begin, mtimeMs) > limit) stalled.abort();
  };
  return setInterval(() => void look(), Math.min(limit / 4, 10_000));
}

/** Whether the worker goes, rather than the step being cancelled. */
const isShutdown = (signal: AbortSignal): boolean =>
  signal.reason instanceof Error && signal.reason.message.includes("WORKER_SHUTDOWN");

/** Processes that this machine has killed because memory ran out; 0 where that cannot be known. */
export function outOfMemoryKills(): number {
  if (!existsSync("/proc/vmstat")) return 0;
  return Number(/^oom_kill ([0-9]+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);
}
