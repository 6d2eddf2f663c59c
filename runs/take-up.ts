import { existsSync } from "node:fs";
import type { Handle } from "../engine/runs.ts";
import { findServer } from "../engine/server.ts";
import { otherServers } from "../engine/server-file.ts";
import type { Session } from "../engine/session.ts";
import type { RunRequest } from "../schemas/plan.ts";
import type { Store } from "../store/store.ts";

/** What is found when a run is taken up. */
export type TakenUp =
  /** Attempts at these steps were a worker's that is gone. */
  | { says: "taken-over"; steps: string[] }
  /**
   * It was begun on a server that is no more, or is not this one. `version` is this one's, where it is known; `others` are
   * versions whose files stand in `folder`, which it cannot read.
   */
  | { says: "from-store"; version: string | null; others: string[]; folder: string };

/**
 * Starts a run's workflow, or goes on with it, and a worker for it. Not if somebody else has cancelled or paused the run
 * meanwhile: before the worker is there no program begins.
 */
export async function takeUp(
  session: Session,
  store: Store,
  request: RunRequest,
  tell: (found: TakenUp) => void,
): Promise<Handle | "over" | "paused"> {
  const { run } = request;
  const isOver = async () => (await store.runs.loadRecord(run)) !== undefined;
  const isPaused = async () => (await store.runs.load(run))?.paused === true;
  const attached = await session.attach(run);
  if (attached !== undefined && attached.lost.length > 0) tell({ says: "taken-over", steps: attached.lost });
  if (attached === undefined && (await isOver())) return "over";
  if (await isPaused()) return "paused";
  const log = store.runs.files(run).engineLog;
  if (existsSync(log) && !(await session.knows(run))) tell(await fromStore(store));
  const handle = attached?.handle ?? (await session.start(request));
  // One that is begun here is not paused.
  if (attached !== undefined) await session.ask(handle, (workflow) => workflow.signal("resume"));
  if (await isPaused()) {
    await session.ask(handle, (workflow) => workflow.signal("pause"));
    return "paused";
  }
  if (await isOver()) await session.ask(handle, (workflow) => workflow.cancel());
  await session.work(run, log);
  return handle;
}

async function fromStore(store: Store): Promise<TakenUp> {
  const server = await findServer(store);
  const version = server.state === "running" ? server.version : null;
  const others = version === null ? [] : await otherServers(store, version);
  return { says: "from-store", version, others, folder: store.local.server.folder };
}
