import { ApplicationFailure, Context } from "@temporalio/activity";
import { digestOf } from "../core/digest.ts";
import type { Activities, Artifact, FinishedRun, OutsideKind, StepRequest } from "../schemas/plan.ts";
import { workingFolderOf } from "../store/runs.ts";
import type { Store } from "../store/store.ts";

/** What a run's own file says of it. */
interface Said {
  kinds: Readonly<Record<string, OutsideKind>>;
  /** Digest of each step, by id. */
  steps: ReadonlyMap<string, { kind: string; digest: string }>;
  inputs: Readonly<Record<string, Artifact>>;
  secrets: string[];
  folder: string | null;
}

/**
 * The activities of one run in one store. A server on loopback takes requests from anybody on this machine: here only what the
 * run's own file says is done, and only in this store. Anything else is refused before it begins.
 */
export function guardedActivities(activities: Activities, store: Store, run: string): Activities {
  const said = reader(store, run);
  const guarded = Object.entries(activities).map(([name, activity]) => [
    name,
    async (request: StepRequest | FinishedRun) => {
      // Workflows of earlier versions name a store.
      const { home: _, ...own } = refuseOthers<(StepRequest | FinishedRun) & { home?: unknown }>(
        request,
        run,
      );
      const checked = "step" in own ? await checkStep(own, name, await said(), store) : own;
      return (activity as (given: object) => Promise<unknown>)(checked);
    },
  ]);
  return Object.fromEntries(guarded) as typeof activities;
}

function refuseOthers<T extends { run: string }>(request: T, run: string): T {
  const workflow = Context.current().info.workflowExecution?.workflowId;
  if (workflow !== run) throw refused(`the workflow '${workflow}' is not that of the run ${run}`);
  if (request.run !== run) throw refused(`it names the run ${request.run}, and this worker works on ${run}`);
  return request;
}

/** A step as the run's file has it, with inputs that the run has. */
async function checkStep(
  request: StepRequest,
  activity: string,
  said: Said,
  store: Store,
): Promise<StepRequest> {
  const { id } = request.step;
  const known = said.steps.get(id);
  const isAsked = activity === "step" || activity === known?.kind;
  if (!isAsked || known?.digest !== digestOf(request.step))
    throw refused(`its step '${id}' is not the one of the run's plan`);
  const inputs: StepRequest["inputs"] = {};
  for (const [name, source] of Object.entries(request.step.inputs)) {
    if (source.from === "hub") inputs[name] = source.id;
    else {
      const given = request.inputs[name];
      const own =
        source.from === "input"
          ? said.inputs[source.input]
          : (await store.runs.loadOutcome(request.run, source.step))?.outputs[source.output];
      if (own === undefined || typeof given !== "object" || given.digest !== own.digest)
        throw refused(`what it gives '${id}' as '${name}' is not what the run has`);
      inputs[name] = { ...given, uri: own.uri };
    }
  }
  const outside = said.kinds[known.kind] ?? null;
  return { ...request, inputs, withheld: said.secrets, folder: said.folder, outside };
}

const refused = (why: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `Refused: ${why}. Somebody else may use this server; see docs/security.md.`,
    "environment",
  );

/** Reads the run's file when it has changed: a plan may have thousands of steps. */
function reader(store: Store, run: string): () => Promise<Said> {
  let seen = "";
  let said: Promise<Said>;
  return async () => {
    const now = await store.runs.version(run);
    if (now === null) throw refused(`the run ${run} has no run.json here`);
    if (now !== seen) {
      seen = now;
      said = readSaid(store, run);
    }
    return said;
  };
}

async function readSaid(store: Store, run: string): Promise<Said> {
  const started = await store.runs.load(run);
  if (started === undefined) throw refused(`the run ${run} has no run.json here`);
  const { plan, inputs } = started.request;
  return {
    steps: new Map(plan.steps.map((step) => [step.id, { kind: step.kind, digest: digestOf(step) }])),
    inputs,
    kinds: plan.kinds ?? {},
    secrets: plan.secrets,
    folder: workingFolderOf(started),
  };
}
