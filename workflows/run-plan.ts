import {
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities, FinishedRun, PlanStep, RunRequest, StepResult } from "../schemas/plan.ts";
import { describeFailure, inputsOf, runStep, type Tries } from "./run-step.ts";
import { Schedule } from "./schedule.ts";

const pause = defineSignal("pause");
const resume = defineSignal("resume");
const state = defineQuery<{ paused: boolean; running: string[] }>("state");

/** What a run takes along when its history has become long. */
interface Carried {
  results: (readonly [string, StepResult])[];
  failures: FinishedRun["failures"];
  /** How often the programs of steps that are not over have failed. A run of an earlier version does not say. */
  tries?: (readonly [string, number])[];
}

/** Walks a plan: decides what runs when, acts only through activities, and ends with a written record. */
export async function runPlan(
  request: RunRequest,
  carried: Carried = { results: [], failures: [] },
): Promise<{ status: FinishedRun["status"] }> {
  const { plan, capacity } = request;
  const schedule = new Schedule(plan.steps, capacity, carried.results);
  const running = new Map<string, CancellationScope>();
  const failures = [...carried.failures];
  const tries = new Map(carried.tries);
  const root = CancellationScope.current();
  let paused = false;
  let oneEnded = () => {};
  const stopSteps = () => {
    for (const scope of running.values()) scope.cancel();
  };
  setHandler(pause, () => {
    paused = true;
    stopSteps();
  });
  setHandler(resume, () => {
    paused = false;
  });
  setHandler(state, () => ({ paused, running: [...running.keys()] }));

  /** A step that was stopped for a pause can go on later; otherwise it is over. */
  const settle = (step: PlanStep, error: unknown) => {
    if (!isCancellation(error)) {
      failures.push({ step: step.id, ...describeFailure(error) });
      schedule.finish(step.id, { status: "failed", outputs: {} });
      if (request.failFast) stopSteps();
    } else if (root.consideredCancelled || (request.failFast && failures.length > 0))
      schedule.finish(step.id, { status: "cancelled", outputs: {} });
    else schedule.release(step.id);
  };
  const triesOf = ({ id }: PlanStep): Tries => {
    const before = tries.get(id) ?? 0;
    return {
      // In histories of earlier versions they were counted anew after a pause.
      before: before > 0 && patched("tries-outlive-a-pause") ? before : 0,
      failed: (count) => tries.set(id, count),
    };
  };
  const start = (step: PlanStep) => {
    const scope = new CancellationScope();
    running.set(step.id, scope);
    void scope
      .run(() => runStep(requestOf(request, step, schedule), triesOf(step)))
      .then(
        (result) => schedule.finish(step.id, result),
        (error: unknown) => settle(step, error),
      )
      .finally(() => {
        running.delete(step.id);
        oneEnded();
      });
  };

  const stopping = () => root.consideredCancelled || (request.failFast && failures.length > 0);
  while (!schedule.over) {
    // With a long history nothing more is started; what runs ends, and the rest goes on with a new one.
    const long = workflowInfo().continueAsNewSuggested;
    if (!paused && !stopping() && !long) schedule.take().forEach(start);
    if (running.size > 0) await new Promise<void>((resolve) => (oneEnded = resolve));
    else if (stopping()) break;
    else if (paused) await condition(() => !paused).catch(() => {});
    else if (long)
      await continueAsNew<typeof runPlan>(request, {
        results: [...schedule.carried()],
        failures,
        tries: [...tries],
      });
    else break;
  }
  const cancelled = root.consideredCancelled;
  const status = cancelled ? "cancelled" : failures.length === 0 ? "done" : "failed";
  // The record is written even when the run was cancelled: a run never ends without one.
  await CancellationScope.nonCancellable(() =>
    proxyActivities<Activities>({
      startToCloseTimeout: "10 minutes",
      retry: { maximumAttempts: 5 },
    }).writeRecord({
      run: request.run,
      status,
      statuses: Object.fromEntries(
        plan.steps.map(({ id }) => [id, schedule.result(id)?.status ?? "cancelled"]),
      ),
      failures,
    }),
  );
  if (cancelled) throw new CancelledFailure("The run was cancelled.");
  return { status };
}

function requestOf(request: RunRequest, step: PlanStep, schedule: Schedule) {
  const { run, plan, redo } = request;
  return {
    run,
    step,
    inputs: inputsOf(step, request, (id) => schedule.result(id)),
    withheld: plan.secrets,
    heartbeatSeconds: request.heartbeatSeconds,
    redoneSince: redo !== null && redo.steps.includes(step.id) ? redo.since : null,
  };
}
