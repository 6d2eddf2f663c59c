import type { RunRecord } from "../schemas/generated/run-record.ts";
import { RunError } from "./errors.ts";
import { recordCancelled } from "./record-cancelled.ts";
import { withUnfinished, type Opened } from "./with-session.ts";
import type { Store } from "../store/store.ts";

/**
 * Cancels a run: its programs are ended, its record is written. Also when no worker is left to hear of it. Gives the record, which
 * may be that of a run that ended first. Throws RunError (`record-missing`) where there is none after all.
 */
export async function cancelRun(store: Store, name: string): Promise<RunRecord> {
  const { run } = await withUnfinished(store, name, endSteps);
  const record = await store.runs.loadRecord(run);
  if (record === undefined) throw new RunError({ why: "record-missing", run });
  return record;
}

async function endSteps(opened: Opened): Promise<void> {
  const { store, request, session } = opened;
  if (opened.handle === undefined) await recordCancelled(store, request);
  // Its command may just have started it.
  const handle = opened.handle ?? (await session.attach(request.run))?.handle;
  if (handle === undefined) return;
  await session.ask(handle, (workflow) => workflow.cancel());
  // A worker of our own finishes the cancelling if the run's worker is gone.
  await session.work(request.run, store.runs.files(request.run).engineLog);
  await session.resultOf(handle);
}
