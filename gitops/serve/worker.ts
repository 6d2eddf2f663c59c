import path from "node:path";
import { NativeConnection, Worker } from "@temporalio/worker";
import { opening } from "../../core/closers.ts";
import { packageRoot } from "../../core/package-root.ts";
import { connectionOptions } from "../../engine/connection.ts";
import { dataConverter } from "../../engine/payloads.ts";
import { runningWorker, type RunningWorker } from "../../engine/running-worker.ts";
import { workerIdentity } from "../../engine/worker-identity.ts";
import { openWorkerLog } from "../../engine/worker-log.ts";
import { workflowsHere } from "../../engine/workflow-thread.ts";
import { activitiesWith } from "../activities/index.ts";
import type { Around } from "../activities/followed.ts";
import { queueOf } from "../ids.ts";

/** The workflow code of GitOps: a bundle of its own, so that runs need not load it. */
export const BUNDLE = path.join(packageRoot, "dist", "gitops-bundle.js");

/** Works on the workflows of a store's repositories in this process. Several processes may. */
export function startWorker(address: string, around: Around): Promise<RunningWorker> {
  const queue = queueOf(around.store);
  return opening(async (closers) => {
    closers.add(openWorkerLog(queue, around.store.gitops.log));
    const options = connectionOptions(address);
    const connection = await NativeConnection.connect(options.connection);
    closers.add(() => connection.close());
    const worker = await Worker.create({
      ...workflowsHere(),
      connection,
      namespace: options.namespace,
      taskQueue: queue,
      identity: workerIdentity(),
      workflowBundle: { codePath: BUNDLE },
      activities: activitiesWith(around),
      dataConverter,
      // Cancellation reaches an activity only with a heartbeat's answer.
      maxHeartbeatThrottleInterval: "1s",
      shutdownGraceTime: 0,
      shutdownForceTime: "15s",
      stickyQueueScheduleToStartTimeout: "2s",
      maxCachedWorkflows: 200,
    });
    return runningWorker(worker, closers);
  });
}
