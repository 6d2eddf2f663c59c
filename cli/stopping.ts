import { EXIT } from "./errors.ts";

/**
 * Signals that stop a run gracefully; a second one ends the command at once. SIGHUP is a closed terminal or a lost connection.
 * Node takes it also where it is to be ignored (nohup): `run --detach` is for that.
 */
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The wish of who called the command to stop it: from `listen` on, until `dispose`. */
export function interruption(): { signal: AbortSignal; listen: () => void; dispose: () => void } {
  const wish = new AbortController();
  const stop = () => {
    if (wish.signal.aborted) process.exit(EXIT.interrupted);
    wish.abort();
  };
  return {
    signal: wish.signal,
    listen: () => STOPPING.forEach((name) => process.on(name, stop)),
    dispose: () => STOPPING.forEach((name) => process.off(name, stop)),
  };
}
