import { closeSync, linkSync, openSync, readSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 2;
const LOOKS = 250;

/**
 * A further name of a server's program, or its own where it can have none. The server's workers call themselves by a digest of the
 * file that it was started from: 150 MB, which take as long as all the rest of its start. `shortenName` makes that a file of a few bytes.
 */
export function furtherName(binary: string, name: string): string {
  try {
    rmSync(name, { force: true });
    if (process.platform !== "linux" || !isProgram(binary)) return binary;
    linkSync(realpathSync(binary), name);
    return name;
  } catch {
    // Another file system, or another user's file.
    return binary;
  }
}

/** A script may look for what stands beside it. */
function isProgram(file: string): boolean {
  const opened = openSync(file, "r");
  try {
    const begin = Buffer.alloc(4);
    readSync(opened, begin);
    return begin.toString("latin1") === "\x7fELF";
  } finally {
    closeSync(opened);
  }
}

/** Puts a short file in the place of a program that a process was started from by this name, once it runs. */
export async function shortenName(name: string, pid: number, text: string): Promise<void> {
  try {
    for (let look = 0; !isRunning(name, pid); look++) {
      if (look === LOOKS) return;
      await sleep(LOOK_MS);
    }
    await writeFile(`${name}.new`, text);
    renameSync(`${name}.new`, name);
  } catch {
    // It has ended, or the disk is full: the digest takes longer.
  }
}

/** Before it becomes the program, the process is a shell. */
function isRunning(name: string, pid: number): boolean {
  const [program, running] = [statSync(name), statSync(`/proc/${pid}/exe`)];
  return program.ino === running.ino && program.dev === running.dev;
}
