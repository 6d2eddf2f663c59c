import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import { isDiskFull } from "../core/disk.ts";
import type { Kinds } from "../core/kinds.ts";
import { DISK_FULL } from "../core/step-failure.ts";
import { writeRecord } from "../record/write-record.ts";
import type { Activities, FinishedRun } from "../schemas/plan.ts";
import { beginWork } from "../steps/at-work.ts";
import { outsideKind } from "../outside/kind.ts";
import type { Kind } from "../steps/kind.ts";
import type { Store } from "../store/store.ts";
import { stepActivity } from "../steps/step.ts";

/** What a worker with these kinds can be asked. Runs of earlier versions ask for a step by the name of its kind. */
export function activitiesWith(kinds: Kinds<Kind>, store: Store, working?: () => void): Activities {
  const step = stepActivity(kinds, outsideKind, store, working);
  const byKind = Object.fromEntries(kinds.names.map((name) => [name, step]));
  return { ...byKind, step, writeRecord: (finished) => recordActivity(store, finished) };
}

/** Noted as at work while it writes, as steps are: what is not counts as given up by this worker. A full disk is told as such. */
async function recordActivity(store: Store, finished: FinishedRun): Promise<void> {
  const end = beginWork(finished.run, Context.current().info.activityId);
  try {
    await writeRecord(store, finished);
  } catch (error) {
    throw isDiskFull(error) ? ApplicationFailure.create({ type: "disk", message: DISK_FULL }) : error;
  } finally {
    end();
  }
}
