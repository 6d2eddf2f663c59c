import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  patched,
  proxyActivities,
  sleep,
  TimeoutFailure,
} from "@temporalio/workflow";
import type { Activities, Artifact, RunRequest, StepRequest, StepResult } from "../schemas/plan.ts";
import { waitBeforeNext } from "./retries.ts";

/** How often a step's program has failed; outlives a pause and a new history. */
export interface Tries {
  before: number;
  failed: (count: number) => void;
}

/** One step with its recipe's retries: those count runs of the program; lost workers are Temporal's to retry. */
export async function runStep(request: StepRequest, { before, failed }: Tries): Promise<StepResult> {
  const { step } = request;
  const activities = proxyActivities<Activities & Record<string, Activities["step"]>>({
    activityId: step.id,
    startToCloseTimeout: `${step.timeoutSeconds} seconds`,
    heartbeatTimeout: `${request.heartbeatSeconds} seconds`,
    // A run is cancelled when its programs are gone, not when they were told.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Lost workers are tried again without limit. A step that took too long is the recipe's to try again.
    retry: {
      initialInterval: "1 second",
      backoffCoefficient: 1,
      nonRetryableErrorTypes: ["TemporalTimeout:StartToClose"],
    },
  });
  for (let attempt = before + 1; ; attempt++) {
    try {
      // In histories of earlier versions each kind has an activity of its own.
      return await activities[patched("one-activity-for-all-kinds") ? "step" : step.kind]!(request);
    } catch (error) {
      const wait = waitBeforeNext(step.retry, attempt, describeFailure(error).code);
      if (isCancellation(error) || wait === null) throw error;
      failed(attempt);
      await sleep(`${wait} seconds`);
    }
  }
}

/** The artifacts that a step gets, from the run's inputs and from what other steps gave. */
export function inputsOf(
  step: StepRequest["step"],
  request: RunRequest,
  resultOf: (id: string) => StepResult | undefined,
): Record<string, Artifact | string> {
  return Object.fromEntries(
    Object.entries(step.inputs).map(([name, source]) => {
      if (source.from === "hub") return [name, source.id];
      const artifact =
        source.from === "input"
          ? request.inputs[source.input]
          : resultOf(source.step)?.outputs[source.output];
      if (artifact === undefined)
        throw ApplicationFailure.nonRetryable(`${step.id}: no artifact for '${name}'`);
      return [name, artifact];
    }),
  );
}

/** What a failed step says of itself: a stable code and a sentence. */
export function describeFailure(error: unknown): { code: string; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure)
    return {
      code: "timeout",
      message: "The step took longer than its timeout. Raise 'timeout' or make the step smaller.",
    };
  if (cause instanceof ApplicationFailure)
    return { code: cause.type ?? "unexpected", message: cause.message };
  return { code: "unexpected", message: cause instanceof Error ? cause.message : String(cause) };
}
