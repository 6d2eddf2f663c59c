import { DefaultLogger, Runtime, type LogEntry } from "@temporalio/worker";
import { pino } from "pino";

/** Logs of the runs that this process works for, by task queue, which is the run. */
const logs = new Map<string, pino.Logger>();
let installed = false;

/** Opens a run's log, as JSON lines in `file`; gives the function that closes it. Before the run's first worker. */
export function openWorkerLog(run: string, file: string): () => void {
  const destination = pino.destination({ dest: file, mkdir: true, sync: true });
  // A log that cannot be written, on a full disk, must not end the worker.
  destination.on("error", () => {});
  const log = pino({ level: "info" }, destination);
  logs.set(run, log);
  installRuntime();
  return () => {
    if (logs.get(run) === log) logs.delete(run);
    destination.end();
  };
}

/** Once per process: a process may work for several runs. */
function installRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger("INFO", forward),
    // Signals belong to the command line: the first one asks, the second one leaves.
    shutdownSignals: [],
    // The native part's log too: standard output belongs to the command.
    telemetryOptions: { logging: { filter: "WARN", forward: {} } },
  });
}

/** A line belongs to its worker's run; what the native part says is of all of them. */
function forward({ level, message, meta }: LogEntry): void {
  const { error, ...rest } = (meta ?? {}) as { error?: unknown; taskQueue?: string };
  const fields = error === undefined ? rest : { ...rest, err: error };
  const names = { TRACE: "trace", DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error" } as const;
  const own = rest.taskQueue === undefined ? undefined : logs.get(rest.taskQueue);
  for (const log of own === undefined ? logs.values() : [own]) log[names[level]](fields, message);
}
