import { describe, expect, test } from "vitest";
import { DISK_FULL, StepFailure } from "../../core/step-failure.ts";
import { DevicesBusyError } from "../../steps/allot-devices.ts";
import { toApplicationFailure } from "../../steps/failures.ts";
import { FenceError } from "../../store/fence.ts";
import { ContentError } from "../../store/listing.ts";
import { StuckProcesses } from "../../store/step-processes.ts";

/** What Temporal is told of an error: its type, sentence, and whether and when it tries again. */
function told(error: unknown, attempt = 1) {
  const { type, message, nonRetryable, nextRetryDelay } = toApplicationFailure(error, attempt);
  return { type, message, again: nonRetryable === true ? null : nextRetryDelay };
}
const errno = (code: string) => Object.assign(new Error(`${code}: it went wrong`), { code });

describe("an error as Temporal is told", () => {
  test("a wait for a directory or a GPU is tried again in a second, without end", () => {
    const fence = new FenceError("somebody works there");
    expect(told(fence, 1_000)).toEqual({ type: "waits", message: fence.message, again: "1 second" });
    const busy = new DevicesBusyError("no GPU is free");
    expect(told(busy, 1_000)).toEqual({ type: "waits", message: "no GPU is free", again: "1 second" });
  });

  test("a killed program is tried again at once, but for the hundredth time", () => {
    const killed = new StepFailure("killed", "ended by SIGKILL");
    const again = { type: "killed", message: "ended by SIGKILL", again: "200 milliseconds" };
    expect(told(killed, 1)).toEqual(again);
    expect(told(killed, 99)).toEqual(again);
    expect(told(killed, 100)).toEqual({ ...again, again: null });
  });

  test.each<[unknown, string, string]>([
    [new StepFailure("oom", "no memory"), "oom", "no memory"],
    [errno("ENOSPC"), "disk", DISK_FULL],
    [new ContentError("'x' is a pipe"), "data", "What the step made cannot be kept: 'x' is a pipe."],
    [new RangeError("odd"), "unexpected", "odd"],
    ["a text", "unexpected", "a text"],
    [undefined, "unexpected", "undefined"],
    ...["EROFS", "EACCES"].map((code): [unknown, string, string] => [
      errno(code),
      "environment",
      `${code}: it went wrong The folder cannot be written: set REPRISE_HOME to one that can.`,
    ]),
  ])("%o ends the try as '%s'", (error, type, message) => {
    expect(told(error)).toEqual({ type, message, again: null });
  });

  test("processes that do not end, and too many open files, are the machine's", () => {
    const stuck = Object.assign(Object.create(StuckProcesses.prototype) as Error, { message: "7 hangs" });
    expect(told(stuck)).toEqual({ type: "environment", message: "7 hangs", again: null });
    expect(told(errno("EMFILE"))).toMatchObject({ type: "environment", again: null });
    expect(told(errno("EMFILE")).message).not.toBe("EMFILE: it went wrong");
  });

  test("a sentence is cut: a program's output must not fill the history", () => {
    expect(told(new StepFailure("exit", "x".repeat(5_000))).message).toBe("x".repeat(4_000));
  });
});
