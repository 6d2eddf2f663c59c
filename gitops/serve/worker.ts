import path from "node:path";
import { NativeConnection, Worker } from "@temporalio/worker";
import { packageRoot } from "../../core/package-root.ts";
import { connectionOptions } from "../../engine/connection.ts";
import { dataConverter } from "../../engine/payloads.ts";
import { workerIdentity } from "../../engine/worker-identity.ts";
import { openWorkerLog } from "../../engine/worker-log.ts";
import { workflowsHere } from "../../engine/workflow-thread.ts";
import { activitiesWith } from "../activities/index.ts";
import type { Around } from "../activities/followed.ts";
import { queueOf } from "../ids.ts";

/** The workflow code of GitOps: a bundle of its own, so that runs need not load it. */
export const BUNDLE = path.join(packageRoot, "dist", "gitops-bundle.js");

export interface GitopsWorker {
  stop: () => Promise<void>;
  /** Resolves if it ends by itself, which it should not. */
  failed: Promise<Error>;
}

/** Works on the workflows of a store's repositories in this process. Several processes may. */
export async function startWorker(address: string, around: Around): Promise<GitopsWorker> {
  const queue = queueOf(around.store);
  const closeLog = openWorkerLog(queue, around.store.gitops.log);
  const options = connectionOptions(address);
  const connection = await NativeConnection.connect(options.connection);
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
  const running = worker.run();
  running.catch(() => {});
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    if (worker.getState() === "RUNNING") worker.shutdown();
    await running.catch(() => {});
    await connection.close();
    closeLog();
  };
  return {
    failed: new Promise((resolve) => {
      running.catch(resolve);
    }),
    stop: () => (stopped ??= stop()),
  };
}
