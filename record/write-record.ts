import { access } from "node:fs/promises";
import path from "node:path";
import { comparedOutput } from "../schemas/compared-output.ts";
import type { RunRecord, RunRecordClaim } from "../schemas/generated/run-record.ts";
import type { Artifact, FinishedRun, Plan, PlanStep, StepOutcome } from "../schemas/plan.ts";
import { defectsOf } from "../schemas/schema-defects.ts";
import { validateClaim, validateRecord } from "../schemas/validators.ts";
import { evaluateMetrics } from "../compiler/evaluate-metrics.ts";
import { comparedSteps, judgeClaims } from "../verdict/judge.ts";
import { notChecked, type Evaluated } from "../verdict/judged.ts";
import { compareWithReference } from "../verdict/reference.ts";
import { hubModels } from "../store/hub-models.ts";
import { traceOf } from "../store/trace.ts";
import { describeEnvironment } from "../host/environment.ts";
import { eventsIn } from "../data/events/event-tail.ts";
import { pinsOf } from "../host/portable.ts";
import { scoredOf } from "./samples-file.ts";
import type { Store } from "../store/store.ts";

const WORDLESS = "It failed without a word. Its log and the run's engine.log may say more.";

/** Judges the claims and writes the run record, whole; gives it. Also for a run that failed or was cancelled. */
export async function writeRecord(store: Store, finished: FinishedRun): Promise<RunRecord> {
  const { run, status, failures } = finished;
  const started = await store.runs.load(run);
  if (started === undefined) throw new Error(`the run ${run} has no run.json`);
  const { plan } = started.request;
  const [environment, steps] = await Promise.all([
    describeEnvironment(store),
    Promise.all(
      plan.steps.map((step) => outcomeOf(store, finished, step, finished.statuses[step.id] ?? "cancelled")),
    ),
  ]);
  const mode = plan.steps[0]?.reproducible ?? "fastest";
  const evaluated = await evaluatedOf(store, steps, comparedSteps(plan.claims));
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
    // A clock may have been set back meanwhile.
    seconds: Math.max(0, (Date.parse(ended) - Date.parse(started.started)) / 1000),
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
    ).map(fitClaim),
    correction: plan.correction ?? "none",
    failure: failures[0] === undefined ? null : { ...failures[0], message: failures[0].message || WORDLESS },
  };
  const defects = defectsOf(validateRecord(), record);
  if (defects.length > 0)
    throw new Error(`The run's record cannot be written: ${defects.join("; ")}. This is a bug in Reprise.`);
  await store.runs.saveRecord(run, record);
  return record;
}

/** A verdict whose numbers cannot be written says so. */
function fitClaim(claim: RunRecordClaim): RunRecordClaim {
  const defects = defectsOf(validateClaim(), claim);
  if (defects.length === 0) return claim;
  return { ...claim, ...notChecked(`Its numbers cannot be written: ${defects.join("; ")}.`) };
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
  store: Store,
  { run, failures }: FinishedRun,
  step: PlanStep,
  status: StepOutcome["status"],
): Promise<StepOutcome> {
  const isOver = status === "done" || status === "reused";
  const found = isOver ? await store.runs.readOutcome(run, step.id) : undefined;
  const unfit = isOver ? (found?.defects.join("; ") ?? "it left no outcome") : "";
  if (found?.outcome) return { ...found.outcome, ...(unfit === "" ? {} : { unfit }) };
  const files = store.runs.step(run, step.id);
  const events = await eventsIn(files.events);
  const present = async (file: string) =>
    access(file).then(
      () => `${step.id}/${path.basename(file)}`,
      () => null,
    );
  const failure = failures.find((other) => other.step === step.id);
  return {
    id: step.id,
    kind: step.kind,
    status,
    ...(unfit === "" ? {} : { unfit }),
    ...traceOf(events),
    ...hubModels(events),
    inexact: [],
    failure: failure === undefined ? null : { code: failure.code, message: failure.message || WORDLESS },
    ended: null,
    fingerprint: null,
    inputs: {},
    outputs: {},
    metrics: {},
    log: await present(files.log),
    events: await present(files.events),
    threads: null,
  };
}

/** The samples of the steps that claims compare; a step whose samples cannot be read is noted as unfit. */
async function evaluatedOf(
  store: Store,
  outcomes: StepOutcome[],
  compared: ReadonlySet<string>,
): Promise<Map<string, Evaluated>> {
  const found = new Map<string, Evaluated>();
  for (const outcome of outcomes) {
    const { id, outputs } = outcome;
    const types = Object.fromEntries(Object.entries(outputs).map(([name, { type }]) => [name, type]));
    const output = comparedOutput(types);
    if (!compared.has(id) || Array.isArray(output)) continue;
    const artifact = outputs[output.name] as Artifact;
    try {
      const samples = await scoredOf(await store.artifacts.get(artifact), output.measure);
      found.set(id, { output: output.measure, uri: artifact.uri, samples });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      outcome.unfit = [outcome.unfit, why].filter(Boolean).join("; ");
    }
  }
  return found;
}
