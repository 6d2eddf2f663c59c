import { findToolchain } from "../host/toolchain.ts";
import type { Session } from "../engine/session.ts";
import type { Handle } from "../engine/runs.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { findUnfinished } from "./find-run.ts";
import type { Store } from "../store/store.ts";

/** A run that is not over, and the server that knows it. */
export interface Opened {
  store: Store;
  request: RunRequest;
  session: Session;
  /** Undefined for a run that never reached the server, or whose server lost it. */
  handle: Handle | undefined;
}

/** Does something through the server of a store, and lets go of it whatever happens. Temporal is loaded only here. */
export async function withSession<T>(store: Store, work: (session: Session) => Promise<T>): Promise<T> {
  const { Session: Sessions } = await import("../engine/session.ts");
  const session = await Sessions.open(store, findToolchain().server);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Does something with an unfinished run through its server; gives the run. */
export async function withUnfinished(
  store: Store,
  name: string,
  work: (opened: Opened) => Promise<void>,
): Promise<RunRequest> {
  const { request } = await findUnfinished(store, name);
  await withSession(store, async (session) => {
    const handle = (await session.attach(request.run))?.handle;
    await work({ store, request, session, handle });
  });
  return request;
}
