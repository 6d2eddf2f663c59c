import { CancelledFailure, Context } from "@temporalio/activity";
import { setTimeout as sleep } from "node:timers/promises";
import { detachRun } from "../../runs/detach.ts";
import { RunError } from "../../runs/errors.ts";
import type { RunAt } from "../../schemas/gitops-work.ts";
import { readFacts } from "../state/commits.ts";
import { runEnvironment } from "./environment.ts";
import { followedAs, type Around, type Followed } from "./followed.ts";

const LOOK_MS = 500;
/** A worker that ends at once this often will not do better: the run is left without a record. */
const MOST_LOSSES = 5;
const AFTER_LOSS_MS = 2_000;

/**
 * Follows a run by its files until it has a record, and sees to it that somebody works on it: a worker that is gone is followed by
 * another one. Asked again after this process died, it finds the worker that lives on.
 */
export async function followRun(around: Around, at: RunAt & { run: string }): Promise<void> {
  const { store } = around;
  const { run } = at;
  const signal = Context.current().cancellationSignal;
  for (let losses = 0; losses < MOST_LOSSES;) {
    if (signal.aborted) throw new CancelledFailure("the run is not wanted any more");
    if ((await store.runs.loadRecord(run)) !== undefined) return;
    const isPaused = (await store.runs.load(run))?.paused === true;
    if (!isPaused && (await store.local.liveWorkers(run)).length === 0) {
      losses += (await startWorker(around, at)) ? 0 : 1;
      if (losses > 0) await sleep(AFTER_LOSS_MS);
    }
    await sleep(LOOK_MS);
  }
}

/** Leaves the run to a worker process of its own; false where that ended before it took it. */
async function startWorker(around: Around, at: RunAt & { run: string }): Promise<boolean> {
  const { store, environment, workerOf, followed } = around;
  const { places, served } = followedAs(around, at.repository);
  const secrets = (await readFacts(places, at.sha, at.key))?.job.decision.secrets ?? [];
  const own = [served, ...[...followed.values()].map((other) => other.served)].flatMap(ownSecrets);
  try {
    await detachRun(store, at.run, {
      ...workerOf(at.run),
      environment: runEnvironment(environment, store, secrets, new Set(own)),
    });
    return true;
  } catch (error) {
    if (error instanceof RunError && error.refusal.why === "worker-lost") return false;
    throw error;
  }
}

/** Variables of the server's own secrets: tokens, keys, and what recipes may be given. */
const ownSecrets = ({ token, app, webhookSecret, trust }: Followed["served"]): string[] => [
  ...[token, app?.private_key, webhookSecret].flatMap((variable) => (variable ? [variable.env] : [])),
  ...Object.keys(trust.secrets),
];
