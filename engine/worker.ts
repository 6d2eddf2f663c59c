import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NativeConnection, Worker } from "@temporalio/worker";
import { findDevices } from "../host/devices.ts";
import { KINDS } from "../activities/index.ts";
import { activitiesWith } from "./activities.ts";
import { guardedActivities } from "./guard.ts";
import { opening } from "../core/closers.ts";
import { packageRoot } from "../core/package-root.ts";
import { openTrainers } from "../programs/warm/trainers.ts";
import { wantsGpu, type Plan } from "../schemas/plan.ts";
import { connectionOptions } from "./connection.ts";
import { EngineError } from "./errors.ts";
import { dataConverter } from "./payloads.ts";
import { workerIdentity } from "./worker-identity.ts";
import { openWorkerLog } from "./worker-log.ts";
import { runningWorker, type RunningWorker } from "./running-worker.ts";
import { workflowsHere } from "./workflow-thread.ts";
import type { Store } from "../store/store.ts";

const CONNECT_MS = 15_000;

/**
 * A worker in this process for one run, with its log as JSON lines in `logFile`. Each run has a task queue of its own,
 * named by its id: a worker that stops must not take another run's steps with it.
 */
export function startWorker(
  address: string,
  store: Store,
  run: string,
  logFile: string,
): Promise<RunningWorker> {
  return opening(async (closers) => {
    closers.add(openWorkerLog(run, logFile));
    const options = connectionOptions(address);
    const connection = await connect(address, options.connection);
    closers.add(() => connection.close());
    const plan = (await store.runs.load(run))?.request.plan;
    const presence = await store.local.announceWorker(run, await gpusFor(plan));
    closers.add(() => presence.leave());
    const trainers = openTrainers(KINDS, store, run, plan);
    closers.add(() => trainers.close());
    const worker = await Worker.create({
      ...workflowsHere(),
      connection,
      namespace: options.namespace,
      taskQueue: run,
      identity: workerIdentity(),
      workflowBundle: { codePath: path.join(packageRoot, "dist", "workflow-bundle.js") },
      activities: guardedActivities(activitiesWith(KINDS, store, trainers.coming), store, run),
      dataConverter,
      // Cancellation reaches an activity only with a heartbeat's answer.
      maxHeartbeatThrottleInterval: "1s",
      shutdownGraceTime: 0,
      // A step has 20 s to save a checkpoint; the whole is over within 30.
      shutdownForceTime: "25s",
      stickyQueueScheduleToStartTimeout: "2s",
    });
    return runningWorker(worker, closers);
  });
}

/** How many GPUs this machine has for a run; they are looked for only where its plan wants one: a driver that hangs is slow to say. */
async function gpusFor(plan: Plan | undefined): Promise<number> {
  if (plan !== undefined && !wantsGpu(plan)) return 0;
  return (await findDevices()).devices.length;
}

/** The library would wait for ever for a server that takes connections and says nothing. */
async function connect(
  address: string,
  options: ReturnType<typeof connectionOptions>["connection"],
): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const late = sleep(CONNECT_MS, undefined, { ref: false });
  const connection = await Promise.race([connecting, late]);
  if (connection !== undefined) return connection;
  connecting.then((unwanted) => unwanted.close()).catch(() => {});
  throw new EngineError(`No Temporal server answers at ${address} any more. The run is kept.`);
}
