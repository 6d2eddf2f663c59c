import { loadFinished } from "./finished-steps.ts";
import type { Opened } from "./opened.ts";
import { loadRecord, loadRun, runIds, type StartedRun } from "./runs.ts";
import { loadOutcome } from "./step-notes.ts";
import type { StepOutcome } from "../schemas/plan.ts";

interface RunNeeds {
  id: string;
  /** False while it has no record: it runs, or can go on. */
  over: boolean;
  /** ISO time. */
  started: string;
  fingerprints: ReadonlySet<string>;
  artifacts: ReadonlySet<string>;
}

/** What each run in the store needs: results and artifacts that its record names, or that it has so far. */
export async function runsAndNeeds(store: Opened): Promise<{ runs: RunNeeds[]; artifacts: Set<string> }> {
  const runs = await Promise.all((await runIds(store.objects)).map((id) => needsOf(store, id)));
  return { runs, artifacts: new Set(runs.flatMap((run) => [...run.artifacts])) };
}

async function needsOf(store: Opened, id: string): Promise<RunNeeds> {
  const record = await loadRecord(store.objects, id);
  const run = await loadRun(store, id);
  const steps = record?.steps ?? (await outcomesSoFar(store, id, run));
  const found = record === undefined ? (run?.reuses ?? []) : [];
  const fingerprints = new Set([...found, ...steps.flatMap(({ fingerprint }) => fingerprint ?? [])]);
  const artifacts = new Set(
    steps.flatMap(({ inputs, outputs }) =>
      [...Object.values(inputs), ...Object.values(outputs)].flatMap((artifact) =>
        typeof artifact === "string" ? [] : [artifact.digest],
      ),
    ),
  );
  for (const fingerprint of fingerprints) {
    const finished = await loadFinished(store.objects, fingerprint);
    for (const { digest } of Object.values(finished?.outputs ?? {})) artifacts.add(digest);
  }
  return { id, over: record !== undefined, started: run?.started ?? "", fingerprints, artifacts };
}

/** A run that is not over: what its finished steps gave. */
async function outcomesSoFar(store: Opened, id: string, run: StartedRun | undefined): Promise<StepOutcome[]> {
  const steps = run?.request.plan.steps ?? [];
  const outcomes = await Promise.all(steps.map((step) => loadOutcome(store.objects, id, step.id)));
  return outcomes.filter((outcome) => outcome !== undefined);
}
