import { access } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { RunRequest, StepOutcome } from "../schemas/plan.ts";
import { validateRecord } from "../compiler/validators.ts";
import { judgeClaims } from "../report/judge-claims.ts";
import type { Prediction } from "../report/statistics.ts";
import { pathOf } from "../store/artifacts.ts";
import { readJsonLines, writeJson } from "../store/files.ts";
import { home } from "../store/home.ts";
import { loadRun, recordFile } from "../store/runs.ts";
import { describeEnvironment } from "./environment.ts";

export interface FinishedRun {
  request: RunRequest;
  status: RunRecord["status"];
  outcomes: StepOutcome[];
  failure: { step: string; code: string; message: string } | null;
}

/** Judges the claims and writes the run record, whole. Also for a run that failed or was cancelled. */
export async function writeRecord({ request, status, outcomes, failure }: FinishedRun): Promise<void> {
  const { run, home: root, plan } = request;
  const [started, environment, predictions, steps] = await Promise.all([
    loadRun(root, run),
    describeEnvironment(root),
    predictionsOf(root, outcomes),
    Promise.all(outcomes.map((outcome) => withTraces(root, run, outcome))),
  ]);
  const ended = new Date().toISOString();
  const startedAt = started?.started ?? ended;
  const record: RunRecord = {
    record: 1,
    run,
    status,
    recipe: plan.recipe,
    plan: plan.digest,
    commit: started?.commit ?? null,
    started: startedAt,
    ended,
    seconds: (Date.parse(ended) - Date.parse(startedAt)) / 1000,
    steps,
    environment,
    deviations: plan.deviations,
    claims: judgeClaims(plan.claims, new Map(outcomes.map((outcome) => [outcome.id, outcome])), predictions),
    failure,
  };
  const validate = validateRecord();
  if (!validate(record))
    throw new Error(`the record does not fit its schema: ${JSON.stringify(validate.errors)}`);
  await writeJson(recordFile(root, run), record);
}

async function predictionsOf(root: string, outcomes: StepOutcome[]): Promise<Map<string, Prediction[]>> {
  const found = new Map<string, Prediction[]>();
  for (const { id, outputs } of outcomes) {
    const predictions = outputs["predictions"];
    if (predictions !== undefined) found.set(id, await readJsonLines<Prediction>(pathOf(root, predictions)));
  }
  return found;
}

/** A step that failed or was cancelled still has a log, events and attempts. */
async function withTraces(root: string, run: string, outcome: StepOutcome): Promise<StepOutcome> {
  if (outcome.status !== "failed" && outcome.status !== "cancelled") return outcome;
  const place = home.step(root, run, outcome.id);
  const attempts = await readJsonLines<{ started: string; resumedFrom?: number }>(
    path.join(place, "attempts.jsonl"),
  );
  const starts = attempts.filter(({ resumedFrom }) => resumedFrom === undefined);
  const present = async (name: string) =>
    access(path.join(place, name)).then(
      () => `${outcome.id}/${name}`,
      () => null,
    );
  return {
    ...outcome,
    attempts: starts.length,
    resumed_from: attempts.flatMap(({ resumedFrom }) => (resumedFrom === undefined ? [] : [resumedFrom])),
    started: starts[0]?.started ?? null,
    log: await present("log.txt"),
    events: await present("events.jsonl"),
  };
}
