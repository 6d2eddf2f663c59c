import path from "node:path";

/**
 * Does something while no other command decides what the store keeps: a run that begins counts on what it found, and a
 * collection removes what nobody counts on. The lock of a command that died is taken over after ten seconds.
 */
export async function withStoreLock<T>(root: string, work: () => Promise<T>): Promise<T> {
  // It takes Node's file functions over: only for a command that locks.
  const { default: locks } = await import("proper-lockfile");
  const release = await locks.lock(root, {
    // A command that was stopped for so long that another one took the lock over has nothing to add.
    onCompromised: () => {},
    lockfilePath: path.join(root, "store.lock"),
    retries: { forever: true, minTimeout: 50, maxTimeout: 500 },
  });
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}
