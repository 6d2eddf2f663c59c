import path from "node:path";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { home } from "../store/home.ts";
import { loadRecord } from "../store/runs.ts";
import { RunError } from "./errors.ts";
import { recordCancelled } from "./record-cancelled.ts";
import { withUnfinished, type Opened } from "./with-session.ts";

/**
 * Cancels a run: its programs are ended, its record is written. Also when no worker is left to hear of it. Gives the record, which
 * may be that of a run that ended first. Throws RunError (`record-missing`) where there is none after all.
 */
export async function cancelRun(root: string, name: string): Promise<RunRecord> {
  const { run } = await withUnfinished(root, name, endSteps);
  const record = await loadRecord(root, run);
  if (record === undefined) throw new RunError({ why: "record-missing", run });
  return record;
}

async function endSteps(opened: Opened): Promise<void> {
  const { root, request, session } = opened;
  if (opened.handle === undefined) await recordCancelled(root, request);
  // Its command may just have started it.
  const handle = opened.handle ?? (await session.attach(request.run))?.handle;
  if (handle === undefined) return;
  await session.ask(handle, (workflow) => workflow.cancel());
  // A worker of our own finishes the cancelling if the run's worker is gone.
  await session.work(request.run, path.join(home.run(root, request.run), "engine.log"));
  await session.resultOf(handle);
}
