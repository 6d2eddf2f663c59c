import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

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
  const child = isThere(command) ? start(command, args, cwd) : null;
  if (child === null) return { ...NO_ANSWER, late: null };
  const waiting = new AbortController();
  const ended = await Promise.race([
    answerOf(child),
    sleep(limitMs, null, { signal: waiting.signal }).catch(() => null),
  ]);
  waiting.abort();
  if (ended !== null) return { ...ended, late: null };
  child.kill("SIGKILL");
  // Neither the program nor who holds its output keeps this process.
  child.unref();
  child.stdout?.destroy();
  return { ...NO_ANSWER, late: `${command} gave no answer within ${limitMs / 1000} s` };
}

const NO_ANSWER = { exitCode: undefined, stdout: "" };

/** Every run asks: to load execa takes longer than most answers. Null where the system refuses at once. */
function start(command: string, args: readonly string[], cwd: string | undefined): ChildProcess | null {
  try {
    return spawn(command, args, { cwd, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return null;
  }
}

/** Whether there is such a program, as far as a look says: to start one that is not there takes longer. */
function isThere(command: string): boolean {
  const folders = process.env["PATH"]?.split(path.delimiter) ?? [];
  // Others count from the folder that it is started in.
  if (command.includes(path.sep) || !folders.every((folder) => path.isAbsolute(folder))) return true;
  return folders.length === 0 || folders.some((folder) => existsSync(`${folder}/${command}`));
}

/** What a program printed, once it and all who hold its output have ended. */
const answerOf = (child: ChildProcess): Promise<Omit<Answer, "late">> =>
  new Promise((resolve) => {
    const printed: Buffer[] = [];
    child.stdout?.on("data", (bytes: Buffer) => printed.push(bytes));
    child.on("error", () => resolve(NO_ANSWER));
    child.on("close", (exitCode) => {
      const stdout = Buffer.concat(printed)
        .toString()
        .replace(/\r?\n$/, "");
      resolve({ exitCode: exitCode ?? undefined, stdout });
    });
  });
