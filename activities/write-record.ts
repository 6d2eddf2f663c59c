import { access } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import type { FinishedRun, Plan, PlanStep, StepOutcome } from "../schemas/plan.ts";
import { validateRecord } from "../compiler/validators.ts";
import { evaluateMetrics } from "../compiler/evaluate-metrics.ts";
import { judgeClaims } from "../report/claims/judge.ts";
import type { Evaluated } from "../report/claims/judged.ts";
import { compareWithReference } from "../report/reference.ts";
import { asScored, type Scored } from "../report/statistics/sample.ts";
import { pathOf } from "../store/artifacts.ts";
import { readJsonLines, writeJson } from "../store/files.ts";
import { home } from "../store/home.ts";
import { hubModels } from "../store/hub-models.ts";
import { loadOutcome, loadRun, recordFile } from "../store/runs.ts";
import { traceOf } from "../store/trace.ts";
import { describeEnvironment } from "./environment.ts";
import { pinsOf } from "./portable.ts";
import { samplesOf } from "./samples-file.ts";

/** Judges the claims and writes the run record, whole. Also for a run that failed or was cancelled. */
export async function writeRecord(finished: FinishedRun): Promise<void> {
  const { run, home: root, status, failures } = finished;
  const started = await loadRun(root, run);
  if (started === undefined) throw new Error(`the run ${run} has no run.json`);
  const { plan } = started.request;
  const [environment, steps] = await Promise.all([
    describeEnvironment(root),
    Promise.all(
      plan.steps.map((step) => outcomeOf(finished, step, finished.statuses[step.id] ?? "cancelled")),
    ),
  ]);
  const mode = plan.steps[0]?.reproducible ?? "fastest";
  const evaluated = await evaluatedOf(root, steps);
  const ended = new Date().toISOString();
  const record: RunRecord = {
    record: 1,
    run,
    status,
    recipe: plan.recipe,
    plan: plan.digest,
    versions: started.versions,
    commit: started.commit,
    started: started.started,
    ended,
    seconds: (Date.parse(ended) - Date.parse(started.started)) / 1000,
    steps,
    environment,
    reproducible: { mode, pinned: pinsOf(mode) },
    reference: referenceIn(plan, { steps, platform: environment.platform, mode }),
    deviations: plan.deviations,
    claims: judgeClaims(
      plan.claims,
      {
        profile: plan.recipe.profile,
        outcomes: new Map(steps.map((step) => [step.id, step])),
        evaluated,
        evaluate: evaluateMetrics,
      },
      plan.correction,
    ),
    correction: plan.correction ?? "none",
    failure: failures[0] ?? null,
  };
  const validate = validateRecord();
  if (!validate(record))
    throw new Error(`the record does not fit its schema: ${JSON.stringify(validate.errors)}`);
  await writeJson(recordFile(root, run), record);
}

/** Whether the run gave what its recipe's reference did. */
function referenceIn(
  plan: Plan,
  ours: Parameters<typeof compareWithReference>[1],
): NonNullable<RunRecord["reference"]> | null {
  if (!plan.reference) return null;
  const { file, ...reference } = plan.reference;
  return { file, ...compareWithReference(reference, ours) };
}

/** A finished step left its outcome; of another one, what its attempts left is gathered. */
async function outcomeOf(
  { run, home: root, failures }: FinishedRun,
  step: PlanStep,
  status: StepOutcome["status"],
): Promise<StepOutcome> {
  if (status === "done" || status === "reused") {
    const outcome = await loadOutcome(root, run, step.id);
    if (outcome !== undefined) return outcome;
    throw new Error(`the step ${step.id} is ${status}, but left no outcome`);
  }
  const place = home.step(root, run, step.id);
  const events = await readJsonLines<TrainerEvent>(path.join(place, "events.jsonl"));
  const present = async (name: string) =>
    access(path.join(place, name)).then(
      () => `${step.id}/${name}`,
      () => null,
    );
  const failure = failures.find((other) => other.step === step.id);
  return {
    id: step.id,
    kind: step.kind,
    status,
    ...traceOf(events),
    ...hubModels(events),
    inexact: [],
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
    ended: null,
    fingerprint: null,
    inputs: {},
    outputs: {},
    metrics: {},
    log: await present("log.txt"),
    events: await present("events.jsonl"),
    threads: null,
  };
}

async function evaluatedOf(root: string, outcomes: StepOutcome[]): Promise<Map<string, Evaluated>> {
  const found = new Map<string, Evaluated>();
  for (const { id, outputs } of outcomes) {
    const { predictions, scores } = outputs;
    if (predictions !== undefined)
      found.set(id, {
        output: "predictions",
        samples: (await samplesOf(pathOf(root, predictions))).map(asScored),
      });
    if (scores !== undefined)
      found.set(id, { output: "scores", samples: await readJsonLines<Scored>(pathOf(root, scores)) });
  }
  return found;
}
