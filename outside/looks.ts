import { setTimeout as sleep } from "node:timers/promises";

/**
 * Gives what `work` comes to, and looks every so many milliseconds until then: one look after another, however long each takes.
 * The one under way is waited for, and a last one made: what was put in place meanwhile must not be missed. A look that fails
 * is made again by the next one.
 */
export async function lookDuring<T>(
  work: Promise<T>,
  look: () => Promise<void>,
  milliseconds: number,
): Promise<T> {
  const over = new AbortController();
  const tried = () => look().catch(() => {});
  const looking = (async () => {
    for (;;) {
      await sleep(milliseconds, undefined, { signal: over.signal, ref: false }).catch(() => {});
      if (over.signal.aborted) return;
      await tried();
    }
  })();
  try {
    return await work;
  } finally {
    over.abort();
    await looking;
    await tried();
  }
}
