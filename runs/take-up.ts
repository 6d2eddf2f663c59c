import { existsSync } from "node:fs";
import path from "node:path";
import type { Handle } from "../engine/runs.ts";
import { findServer } from "../engine/server.ts";
import { otherServers } from "../engine/server-file.ts";
import type { Session } from "../engine/session.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { home } from "../store/home.ts";
import { loadRecord, loadRun } from "../store/runs.ts";

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
  root: string,
  request: RunRequest,
  tell: (found: TakenUp) => void,
): Promise<Handle | "over" | "paused"> {
  const { run } = request;
  const isOver = async () => (await loadRecord(root, run)) !== undefined;
  const isPaused = async () => (await loadRun(root, run))?.paused === true;
  const attached = await session.attach(run);
  if (attached !== undefined && attached.lost.length > 0) tell({ says: "taken-over", steps: attached.lost });
  if (attached === undefined && (await isOver())) return "over";
  if (await isPaused()) return "paused";
  const log = path.join(home.run(root, run), "engine.log");
  if (existsSync(log) && !(await session.knows(run))) tell(await fromStore(root));
  const handle = attached?.handle ?? (await session.start(request));
  await session.ask(handle, (workflow) => workflow.signal("resume"));
  if (await isPaused()) {
    await session.ask(handle, (workflow) => workflow.signal("pause"));
    return "paused";
  }
  if (await isOver()) await session.ask(handle, (workflow) => workflow.cancel());
  await session.work(run, log);
  return handle;
}

async function fromStore(root: string): Promise<TakenUp> {
  const server = await findServer(root);
  const version = server.state === "running" ? server.version : null;
  const others = version === null ? [] : await otherServers(root, version);
  return { says: "from-store", version, others, folder: home.server(root) };
}
