import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks every so many milliseconds, one look after another however long each takes. `stop` waits for the one under way, and
 * then looks a last time: what was put in place meanwhile must not be missed. A look that fails is made again by the next one.
 */
export function lookAgainAndAgain(
  look: () => Promise<void>,
  milliseconds: number,
): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const tried = () => look().catch(() => {});
  const looking = (async () => {
    for (;;) {
      await sleep(milliseconds, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
      await tried();
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await looking;
      await tried();
    },
  };
}
