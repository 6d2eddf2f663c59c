import { detachRun } from "../runs/detach.ts";
import { EXIT } from "./errors.ts";
import { tellEnd } from "./follow.ts";
import { say, sayJson } from "./output.ts";
import type { Store } from "../store/store.ts";

/** Leaves a run to a worker process of its own, which ends with it, and says which. */
export async function detach(store: Store, run: string, json: boolean): Promise<number> {
  const detached = await detachRun(store, run, {
    command: process.execPath,
    args: [process.argv[1]!, "worker", run, "--detached"],
    environment: { ...process.env, REPRISE_HOME: store.place },
  });
  switch (detached.how) {
    case "over":
      return tellEnd(store, run, json);
    case "working":
      if (json) sayJson({ run, worker: detached.pid, log: detached.log });
      else say(`It runs on its own, as process ${detached.pid}. See 'reprise status ${run} --watch'.`);
      return EXIT.done;
    case "paused":
      if (json) sayJson({ run, status: "paused" });
      else say(`The run is paused. Go on with 'reprise resume ${run}'.`);
      return EXIT.interrupted;
  }
}
