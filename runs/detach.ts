import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { home } from "../store/home.ts";
import { liveWorkers } from "../store/workers.ts";
import { loadRecord, loadRun } from "../store/runs.ts";
import { EXIT, UserError } from "./errors.ts";
import { tellEnd } from "./follow.ts";
import { say, sayJson } from "./output.ts";

const START_MS = 60_000;

/** Leaves a run to a worker process of its own, which ends with it. */
export async function detach(root: string, run: string, json: boolean): Promise<number> {
  const folder = home.run(root, run);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "detached.log");
  const log = openSync(file, "a");
  const child = spawn(process.execPath, [process.argv[1]!, "worker", run, "--detached"], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, REPRISE_HOME: root },
  });
  closeSync(log);
  child.unref();
  const ended = new Promise<true>((resolve) => child.once("exit", () => resolve(true)));
  for (let waited = 0; waited < START_MS; waited += 100) {
    if ((await loadRecord(root, run)) !== undefined) return tellEnd(root, run, json);
    // Others may work on it too.
    if ((await liveWorkers(root, run)).includes(`${os.hostname()} process ${child.pid}`)) {
      if (json) sayJson({ run, worker: child.pid, log: file });
      else say(`It runs on its own, as process ${child.pid}. See 'reprise status ${run} --watch'.`);
      return EXIT.done;
    }
    if (await Promise.race([ended, sleep(100).then(() => false)])) break;
  }
  if ((await loadRecord(root, run)) !== undefined) return tellEnd(root, run, json);
  // Another terminal may have paused it meanwhile.
  if ((await loadRun(root, run))?.paused === true) {
    if (json) sayJson({ run, status: "paused" });
    else say(`The run is paused. Go on with 'reprise resume ${run}'.`);
    return EXIT.interrupted;
  }
  throw new UserError(EXIT.failed, `The worker of ${run} did not start; see ${file}.`);
}
