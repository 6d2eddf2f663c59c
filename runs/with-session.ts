import { findToolchain } from "../host/toolchain.ts";
import type { Session } from "../engine/session.ts";
import type { Handle } from "../engine/runs.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { home } from "../store/home.ts";
import { findUnfinished } from "./find-run.ts";

/** A run that is not over, and the server that knows it. */
export interface Opened {
  root: string;
  request: RunRequest;
  session: Session;
  /** Undefined for a run that never reached the server, or whose server lost it. */
  handle: Handle | undefined;
}

/** Does something with an unfinished run through its server, and lets go of the server whatever happens. */
export async function withUnfinished(name: string, work: (opened: Opened) => Promise<void>): Promise<Opened> {
  const root = home.find(process.cwd(), process.env);
  const { request } = await findUnfinished(root, name);
  const { Session: Sessions } = await import("../engine/session.ts");
  const session = await Sessions.open(root, findToolchain().server);
  try {
    const handle = (await session.attach(request.run))?.handle;
    const opened = { root, request, session, handle };
    await work(opened);
    return opened;
  } finally {
    await session.close();
  }
}
