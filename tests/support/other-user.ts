import { chownSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const NOBODY = 65534;

/** Whether this process may do everything, so that modes forbid it nothing. */
const isRoot = process.getuid?.() === 0;

/** Whether this thread can become a user whom modes bind; `npm run mutate` runs tests in threads, which cannot. */
export const canBeBound = !isRoot || isMainThread;

/** Does something as a user whom modes bind: another one, where this is root, who then owns the `folders`. */
export async function asUser<T>(folders: readonly string[], work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work();
  for (const folder of folders) chownSync(folder, NOBODY, NOBODY);
  process.seteuid!(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

/** The options of a child that modes bind. */
export const boundUser: { uid?: number; gid?: number } = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
