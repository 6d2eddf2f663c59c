import { constants } from "node:os";

/** Whether an error, or one behind it, says that a disk or a quota is full. Node has no name for the quota's. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, errno } = cause as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT" || errno === -constants.errno.EDQUOT) return true;
  }
  return false;
}

// The C library's words, Python's and Rust's numbers of them, which no locale translates.
const FULL = /No space left on device|Dis[ck] quota exceeded|\[Errno (?:28|122)\]|\(os error (?:28|122)\)/i;

/** Whether what a program wrote says that a disk or a quota is full. */
export const saysDiskFull = (text: string): boolean => FULL.test(text);
