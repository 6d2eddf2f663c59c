import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, signalGroup } from "../store/processes.ts";
import { forgetServer, liveServer } from "./server-file.ts";
import type { Store } from "../store/store.ts";

/** Stops the embedded server with its watcher; gives false when none was running. */
export async function stopServer(store: Store): Promise<boolean> {
  const known = await liveServer(store);
  if (known === undefined) return false;
  signalGroup(known.process.pid, "SIGTERM");
  for (let waited = 0; isAlive(known.process); waited += 50) {
    if (waited >= 10_000) signalGroup(known.process.pid, "SIGKILL");
    await sleep(50);
  }
  await forgetServer(store);
  return true;
}
