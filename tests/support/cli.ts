import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { packageRoot } from "../../core/package-root.ts";
import { noteStopped } from "../../engine/stopped.ts";
import { stopServer } from "../../engine/stop-server.ts";
import { findStore } from "../../store/store.ts";
import { afterwards } from "./folders.ts";

export const BINARY = path.join(packageRoot, "dist", "cli", "main.js");

const OPTIONS = { reject: false, detached: true, stdin: "ignore" } as const;

export interface Ended {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Starts the built command in a folder, in a process group of its own. */
export function start(folder: string, args: string[], env: Record<string, string> = {}) {
  return execa(process.execPath, [BINARY, ...args], {
    cwd: folder,
    env,
    ...OPTIONS,
  });
}

/** Runs the built command to its end. */
export async function reprise(
  folder: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const { exitCode, stdout, stderr } = await start(folder, args, env);
  return { code: exitCode, stdout, stderr };
}

/** Stops a folder's server when the test, or the file's tests, are over, as 'down --force' does. */
export function stopServerAfterwards(folder: string): void {
  afterwards(async () => {
    const store = findStore(folder, process.env);
    if (!existsSync(store.local.server.folder)) return;
    // Where a test let nothing be written no server could begin.
    await noteStopped(store).catch(() => {});
    await stopServer(store);
  });
}
