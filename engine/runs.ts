import { ApplicationFailure } from "@temporalio/common";
import { WorkflowNotFoundError, type Client, type WorkflowHandle } from "@temporalio/client";
import type { runPlan } from "../workflows/run-plan.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { isDeadWorker } from "./worker-identity.ts";

// temporal.api.enums.v1.PendingActivityState
const STARTED = 2;

type Handle = WorkflowHandle<typeof runPlan>;

/** Starts a run, or goes on with it if its workflow is still open. The workflow's id is the run's. */
export async function startOrAttach(client: Client, request: RunRequest): Promise<Handle> {
  const open = await openHandle(client, request.run);
  if (open !== undefined) return open;
  return client.workflow.start<typeof runPlan>("runPlan", {
    args: [request],
    taskQueue: request.run,
    workflowId: request.run,
    // Two terminals may start the same run at once.
    workflowIdConflictPolicy: "USE_EXISTING",
  });
}

/** The handle of a run whose workflow is open. */
export async function openHandle(client: Client, run: string): Promise<Handle | undefined> {
  const handle = client.workflow.getHandle<typeof runPlan>(run);
  try {
    const { status } = await handle.describe();
    return status.name === "RUNNING" ? handle : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Gives up attempts whose worker is proven dead, so that their steps start again at once instead of after the
 * heartbeat timeout; and frees the workflow from the dead worker's queue. Returns the ids of those steps.
 */
export async function giveUpDeadAttempts(client: Client, handle: Handle): Promise<string[]> {
  const { raw } = await handle.describe();
  // An attempt that only waits for its next try needs no giving up.
  const started = (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === STARTED);
  const dead = started.flatMap(({ activityId, lastWorkerIdentity }) =>
    activityId && lastWorkerIdentity && isDeadWorker(lastWorkerIdentity) ? [activityId] : [],
  );
  for (const activityId of dead) {
    const failure = ApplicationFailure.create({
      type: "WorkerLost",
      message: "the worker died",
      nextRetryDelay: "1ms",
    });
    await client.activity.fail({ workflowId: handle.workflowId, activityId }, failure);
  }
  const namespace = client.options.namespace;
  await client.workflowService.resetStickyTaskQueue({
    namespace,
    execution: { workflowId: handle.workflowId },
  });
  return dead;
}
