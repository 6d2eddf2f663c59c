import type { Worker } from "@temporalio/worker";
import type { Closers } from "../core/closers.ts";

export interface RunningWorker {
  /** Lets it end what it does, and closes what it works by. */
  stop: () => Promise<void>;
  /** Resolves if the worker ends by itself, which it should not. */
  failed: Promise<Error>;
}

/** Lets a worker run until it is stopped; then all that was opened for it is closed too. */
export function runningWorker(worker: Worker, closers: Closers): RunningWorker {
  const running = worker.run();
  // Looked at by whoever stops the worker; before that it must not end the process.
  running.catch(() => {});
  closers.add(async () => {
    if (worker.getState() === "RUNNING") worker.shutdown();
    await running.catch(() => {});
  });
  let stopped: Promise<void> | undefined;
  return {
    failed: new Promise((resolve) => {
      running.catch(resolve);
    }),
    stop: () => (stopped ??= closers.close()),
  };
}
