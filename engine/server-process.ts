import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

// The watcher works in the server's folder, so that no other folder can get the same inode. It ends the server when another
// folder stands at the path, or none, and ends with the server. `$1` is the server's process.
const WATCH = `
alive() {
  if [ -r /proc/self/stat ]; then read -r _ _ _ parent _ < /proc/self/stat; [ "$parent" = "$1" ]
  else kill -0 "$1"; fi
}
[ . -ef . ] || exit
while (cd / && exec sleep 2); alive "$1"; do
  [ . -ef "$REPRISE_WATCHED" ] && continue
  kill "$1"
  (cd / && exec sleep 10)
  alive "$1" && kill -9 "$1"
  exit
done`;

// The shell becomes the server, so that the process that was started is the server's.
const LAUNCH = `
(cd "$REPRISE_WATCHED" && exec /bin/sh -c "$REPRISE_WATCH" server-watch $$) < /dev/null > /dev/null 2>&1 &
exec "$@"`;

/** Starts a server that outlives this process, but not the folder of its files. It writes to a log. */
export function launchServer(
  folder: string,
  log: string,
  binary: string,
  args: readonly string[],
): ChildProcess {
  const output = openSync(log, "a");
  const child = spawn("/bin/sh", ["-c", LAUNCH, "server", binary, ...args], {
    stdio: ["ignore", output, output],
    detached: true,
    env: { ...process.env, REPRISE_WATCHED: folder, REPRISE_WATCH: WATCH },
  });
  child.unref();
  closeSync(output);
  return child;
}

const SETTINGS = {
  // The default of 20 polls a second makes every sequential step wait 50 ms.
  "history.transferProcessorMaxPollRPS": 2000,
  // Else it asks its makers' host for newer versions.
  "frontend.enableServerVersionCheck": false,
  // The rest is for a server that has nothing to do, for days (`benchmarks/README.md`). Its own workers ask for work with fewer requests,
  // and all who ask wait longer for an answer; where there is work, it comes at once all the same.
  "worker.ScannerMaxConcurrentActivityTaskPollers": 1,
  "worker.ScannerMaxConcurrentWorkflowTaskPollers": 2,
  "worker.ParentCloseMaxConcurrentActivityTaskPollers": 1,
  "worker.ParentCloseMaxConcurrentWorkflowTaskPollers": 2,
  "matching.longPollExpirationInterval": "150s",
  // What parts of a task queue tell each other of work that is left lying. (0 makes 1.32.0 spin once a queue is idle for five minutes.)
  "matching.ephemeralDataUpdateInterval": "1m",
  // Metrics of each task queue, which nobody reads.
  "matching.backlogMetricsEmitInterval": "0s",
  "metrics.breakdownByTaskQueue": false,
  "metrics.breakdownByPartition": false,
};

/** What the Temporal CLI is told: a database file, and a port of loopback. */
export function serverArguments(database: string, port: number): string[] {
  return [
    ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", String(port)],
    ...["--db-filename", database, "--log-level", "warn", "--log-format", "json"],
    ...["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"],
    ...Object.entries(SETTINGS).flatMap(([key, value]) => [
      "--dynamic-config-value",
      `${key}=${JSON.stringify(value)}`,
    ]),
  ];
}
