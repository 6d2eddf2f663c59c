import { ApplicationFailure } from "@temporalio/common";
import { WorkflowNotFoundError, type Client, type WorkflowHandle } from "@temporalio/client";
import type { runPlan } from "../workflows/run-plan.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { isAtWork } from "../steps/at-work.ts";
import { EngineError } from "./errors.ts";
import { isOneFolder } from "./server-file.ts";
import { isDeadWorker, workerIdentity } from "./worker-identity.ts";
import type { Store } from "../store/store.ts";

// temporal.api.enums.v1.PendingActivityState
const STARTED = 2;

// A worker needs a moment from taking an attempt to starting it.
const SETTLED_SECONDS = 10;

export type Handle = WorkflowHandle<typeof runPlan>;

/** Starts a run whose workflow is not open. The workflow's id is the run's. */
export const startRun = (client: Client, request: RunRequest, store: Store): Promise<Handle> =>
  client.workflow.start<typeof runPlan>("runPlan", {
    args: [request],
    taskQueue: request.run,
    workflowId: request.run,
    // Two terminals may start the same run at once.
    workflowIdConflictPolicy: "USE_EXISTING",
    memo: { home: store.place },
  });

/** The handle of a run whose workflow is open. Throws an EngineError for one that works in another store than this. */
export async function openHandle(client: Client, run: string, store: Store): Promise<Handle | undefined> {
  const handle = client.workflow.getHandle<typeof runPlan>(run);
  const { status, home } = (await lookAt(handle)) ?? {};
  if (status !== "RUNNING") return undefined;
  if (home === undefined || isOneFolder(home, store.place)) return handle;
  throw new EngineError(
    `The server has the run ${run} open for '${home}', and this is '${store.place}': a folder that was moved or copied cannot go on with it there. 'reprise run' with '--new' starts it anew, and reuses what is finished.`,
  );
}

/** Whether a server has a run's workflow, open or closed. */
export const isKnown = async (client: Client, run: string): Promise<boolean> =>
  (await lookAt(client.workflow.getHandle(run))) !== undefined;

async function lookAt(handle: WorkflowHandle): Promise<{ status: string; home?: string } | undefined> {
  try {
    const { status, memo } = await handle.describe();
    const home = memo?.["home"];
    return { status: status.name, ...(typeof home === "string" ? { home } : {}) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Gives up attempts that nobody makes any more, so that their steps start again at once instead of after the heartbeat
 * timeout: those of a worker that is proven dead, and those of this process that it has ended, but could not say so while
 * the server was away. Returns the ids of those steps. `unstick` also frees the workflow from a dead worker's queue.
 */
export async function giveUpLostAttempts(
  client: Client,
  handle: Handle,
  unstick: boolean,
): Promise<string[]> {
  const { raw } = await handle.describe();
  // An attempt that only waits for its next try needs no giving up.
  const started = (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === STARTED);
  const lost = started.flatMap(({ activityId, lastWorkerIdentity, lastStartedTime }) => {
    if (!activityId || !lastWorkerIdentity) return [];
    const age = Date.now() / 1000 - Number(lastStartedTime?.seconds ?? 0);
    const over =
      lastWorkerIdentity === workerIdentity() &&
      age > SETTLED_SECONDS &&
      !isAtWork(handle.workflowId, activityId);
    return over || isDeadWorker(lastWorkerIdentity) ? [activityId] : [];
  });
  for (const activityId of lost) {
    const failure = ApplicationFailure.create({
      type: "WorkerLost",
      message: "the worker died",
      nextRetryDelay: "1ms",
    });
    // It may just have ended after all.
    await client.activity.fail({ workflowId: handle.workflowId, activityId }, failure).catch(() => {});
  }
  // Only a help: without it the workflow goes on a little later.
  if (unstick || lost.length > 0)
    await client.workflowService
      .resetStickyTaskQueue({
        namespace: client.options.namespace,
        execution: { workflowId: handle.workflowId },
      })
      .catch(() => {});
  return lost;
}
