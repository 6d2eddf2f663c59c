import { readFileSync } from "node:fs";
import { EngineError } from "./errors.ts";

/** What a session with its worker, programs and logs was tried with; with half of it, runs of a dozen small steps fail. */
const LEAST = 256;

/** Throws an EngineError where this process may open too few files to work. Only Linux tells without starting a program. */
export function requireOpenFiles(read = () => readFileSync("/proc/self/limits", "utf8")): void {
  let text: string;
  try {
    text = read();
  } catch {
    return;
  }
  const [, limit] = /^Max open files +([0-9]+)/m.exec(text) ?? [];
  if (limit === undefined || Number(limit) >= LEAST) return;
  throw new EngineError(
    `This process may have ${limit} files open at once, and a run needs ${LEAST}. Raise the limit ('ulimit -n 1024') and run again.`,
  );
}
