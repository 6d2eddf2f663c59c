import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from "@temporalio/workflow";
import type { Activities } from "../activities/index.ts";
import {
  HEARTBEAT_TIMEOUT_SECONDS,
  type Artifact,
  type PlanStep,
  type RunRequest,
  type StepOutcome,
} from "../schemas/plan.ts";
import { clamp, stepsToSkip, stepsToStart } from "./schedule.ts";
import { outcomeWithout } from "./outcomes.ts";

/** Walks a plan: decides what runs when, acts only through activities, and ends with a written record. */
export async function runPlan(request: RunRequest): Promise<{ status: "done" | "failed" | "cancelled" }> {
  const { plan, capacity } = request;
  const finished = new Map<string, StepOutcome>();
  const running = new Map<string, Promise<void>>();
  let failure: { step: string; code: string; message: string } | null = null;
  let cancelled = false;

  const start = (step: PlanStep) => {
    const threads = clamp(step.resources, capacity).cpu;
    const work = runStep(request, step, inputsOf(step, request, finished), threads)
      .then((outcome) => {
        finished.set(step.id, outcome);
      })
      .catch((error: unknown) => {
        if (isCancellation(error)) {
          cancelled = true;
          finished.set(step.id, outcomeWithout(step, "cancelled"));
          return;
        }
        failure ??= { step: step.id, ...describeFailure(error) };
        finished.set(step.id, outcomeWithout(step, "failed"));
      })
      .finally(() => {
        running.delete(step.id);
      });
    running.set(step.id, work);
  };

  while (finished.size < plan.steps.length) {
    for (const step of stepsToSkip(plan.steps, finished)) {
      finished.set(step.id, outcomeWithout(step, cancelled ? "cancelled" : "skipped"));
    }
    if (!cancelled) {
      stepsToStart(plan.steps, { finished, running: new Set(running.keys()) }, capacity).forEach(start);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  const status = cancelled ? "cancelled" : failure === null ? "done" : "failed";
  const outcomes = plan.steps.map((step) => finished.get(step.id) ?? outcomeWithout(step, "cancelled"));
  // The record is written even when the run was cancelled: a run never ends without one.
  await CancellationScope.nonCancellable(() =>
    proxyActivities<Activities>({
      startToCloseTimeout: "10 minutes",
      retry: { maximumAttempts: 5 },
    }).writeRecord({
      request,
      status,
      outcomes,
      failure,
    }),
  );
  if (cancelled) throw new CancelledFailure("The run was cancelled.");
  return { status };
}

/** One step with its recipe's retries: those count runs of the program; lost workers are Temporal's to retry. */
async function runStep(
  { run, home, plan }: RunRequest,
  step: PlanStep,
  inputs: Record<string, Artifact | string>,
  threads: number,
): Promise<StepOutcome> {
  const activities = proxyActivities<Activities>({
    activityId: step.id,
    startToCloseTimeout: `${step.timeoutSeconds} seconds`,
    heartbeatTimeout: `${HEARTBEAT_TIMEOUT_SECONDS} seconds`,
    // A run is cancelled when its programs are gone, not when they were told.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Lost workers are tried again without limit. A step that took too long is the recipe's to try again.
    retry: {
      initialInterval: "1 second",
      backoffCoefficient: 2,
      maximumInterval: "1 minute",
      nonRetryableErrorTypes: ["TemporalTimeout:StartToClose"],
    },
  });
  for (let attempt = 1; ; attempt++) {
    try {
      return await activities[step.kind]({ run, home, step, inputs, withheld: plan.secrets, threads });
    } catch (error) {
      if (isCancellation(error) || attempt >= step.attempts || !isProgramFailure(error)) throw error;
    }
  }
}

function inputsOf(
  step: PlanStep,
  request: RunRequest,
  finished: ReadonlyMap<string, StepOutcome>,
): Record<string, Artifact | string> {
  return Object.fromEntries(
    Object.entries(step.inputs).map(([name, source]) => {
      if (source.from === "hub") return [name, source.id];
      const artifact =
        source.from === "input"
          ? request.inputs[source.input]
          : finished.get(source.step)?.outputs[source.output];
      if (artifact === undefined)
        throw ApplicationFailure.nonRetryable(`${step.id}: no artifact for '${name}'`);
      return [name, artifact as Artifact];
    }),
  );
}

const isTimeout = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;

const isProgramFailure = (error: unknown): boolean =>
  isTimeout(error) ||
  (error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === "program");

function describeFailure(error: unknown): { code: string; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (isTimeout(error))
    return {
      code: "timeout",
      message: "The step took longer than its timeout. Raise 'timeout' or make the step smaller.",
    };
  if (cause instanceof ApplicationFailure)
    return { code: cause.type ?? "unexpected", message: cause.message };
  return { code: "unexpected", message: cause instanceof Error ? cause.message : String(cause) };
}
