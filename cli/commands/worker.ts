import { findUnfinished } from "../../runs/find-run.ts";
import { serveRuns, type Served } from "../../runs/serve.ts";
import { EXIT } from "../errors.ts";
import { followToEnd } from "../follow.ts";
import { say } from "../output.ts";
import { interruption } from "../stopping.ts";
import { storeHere } from "../store-here.ts";
import type { Store } from "../../store/store.ts";

/** Works on one run until it is over; without a run on every open one of this store, until it is stopped. */
export async function worker(
  name: string | undefined,
  { json = false, detached = false }: { json?: boolean; detached?: boolean },
): Promise<number> {
  const store = storeHere();
  if (name !== undefined) {
    const { request } = await findUnfinished(store, name);
    if (!detached) await store.runs.setPaused(request.run, false);
    return followToEnd(store, request, json);
  }
  const stopping = interruption();
  const tell = (served: Served): void => {
    // Before there is a server a signal ends this process at once.
    if (served.says === "ready") stopping.listen();
    say(sentenceOf(served, store), json);
  };
  await serveRuns(store, { stop: stopping.signal, tell });
  return EXIT.interrupted;
}

function sentenceOf(served: Served, store: Store): string {
  switch (served.says) {
    case "ready":
      return `Working on the runs of ${store.place}. Ctrl-C stops gracefully.`;
    case "working":
      return `working on ${served.run}`;
    case "unknown":
      return `The server does not know ${served.run}: 'reprise resume ${served.run}' goes on with it from the store.`;
  }
}
