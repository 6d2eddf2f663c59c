import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** What a program answered; `late` says in a sentence that it gave no answer in time. */
export interface Answer {
  exitCode: number | undefined;
  stdout: string;
  late: string | null;
}

// nvidia-smi takes 15 s where the driver is loaded anew for each call and there are many devices.
const LONGEST_MS = 20_000;

/**
 * Asks a program what there is: its version, devices, a commit. It is not waited for longer than `limitMs`, also when it
 * cannot be killed (a driver that hangs keeps it in the kernel). One that is not there has no exit code.
 */
export async function probe(
  command: string,
  args: readonly string[],
  { cwd, limitMs = LONGEST_MS }: { cwd?: string; limitMs?: number } = {},
): Promise<Answer> {
  const child = execa(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    reject: false,
    stdin: "ignore",
    stderr: "ignore",
  });
  const waiting = new AbortController();
  const ended = await Promise.race([
    child,
    sleep(limitMs, null, { signal: waiting.signal }).catch(() => null),
  ]);
  waiting.abort();
  if (ended !== null) return { exitCode: ended.exitCode, stdout: ended.stdout, late: null };
  child.kill("SIGKILL");
  // Neither the program nor who holds its output keeps this process.
  child.unref();
  child.stdout.destroy();
  child.catch(() => {});
  return { exitCode: undefined, stdout: "", late: `${command} gave no answer within ${limitMs / 1000} s` };
}
