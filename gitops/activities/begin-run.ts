import type { Store } from "../../store/store.ts";
import { beginRun as begin } from "../../runs/begin.ts";
import { continueRun } from "../../runs/continue-run.ts";
import { RunError } from "../../runs/errors.ts";
import { planOf } from "../../runs/recipe/compile-recipe.ts";
import type { Begun, ItemFacts, RunAt } from "../../schemas/gitops-work.ts";
import { dataFor } from "../trust/data.ts";
import { readFacts } from "../state/commits.ts";
import { claim, findClaim, newestClaim } from "../state/runs-by-content.ts";
import { followedAs, type Around, type Followed } from "./followed.ts";

/**
 * Begins the run of a recipe at a commit, or finds the one of the same content. Which run that is was decided when it was asked for
 * first: asked again, also after a crash at any point, the same one goes on.
 */
export async function beginRun(around: Around, at: RunAt): Promise<Begun> {
  const followed = followedAs(around, at.repository);
  const facts = await readFacts(followed.places, at.sha, at.key);
  if (facts === undefined) return refused("its plan is not in the store any more");
  try {
    return await beginOrFind(around, followed, at, facts);
  } catch (error) {
    // The worker that was stopped a moment ago is still about to go.
    if (!(error instanceof RunError) || error.refusal.why === "run-at-work") throw error;
    return refused(sentenceOf(error));
  }
}

async function beginOrFind(
  { store }: Around,
  { served, mirror }: Followed,
  at: RunAt,
  { job, plan }: ItemFacts,
): Promise<Begun> {
  if (plan.plan === null || job.decision.run === "plan-only") return refused("it may not run");
  const token = await tokenOf(store, at, job.trigger.kind, plan.content);
  const known = await findClaim(store, plan.content, token);
  const record = known === null ? undefined : await store.runs.loadRecord(known.run);
  if (known !== null && record !== undefined && record.status !== "cancelled")
    return { how: "begun", run: known.run };
  const { recipe, profile } = job;
  const folder = await mirror.checkout(known?.sha ?? at.sha);
  const { decision, trigger } = job;
  const { given: elsewhere } = dataFor(served.trust, { recipe, trigger: trigger.kind, decision });
  const choice = { file: recipe, confine: folder, elsewhere };
  const planned = planOf(folder, { ...choice, ...(profile === null ? {} : { profile }) });
  if (planned.plan.digest !== plan.plan)
    return refused("its checkout gives another plan than its objects did");
  const missing = planned.plan.secrets.filter((secret) => !job.decision.secrets.includes(secret));
  if (missing.length > 0) return refused(`it may not have the secret ${missing.join(", ")}`);
  const { run, sha } = await claim(store, {
    ...{ content: plan.content, token, recipe: planned.plan.recipe.name, plan: plan.plan },
    ...{ repository: served.name, sha: at.sha },
  });
  const place = sha === at.sha ? folder : await mirror.checkout(sha);
  const started = await store.runs.load(run);
  // One that was superseded is taken up: its content is wanted again.
  if (started !== undefined && record !== undefined) await continueRun(store, started, { folder: place });
  else if (started === undefined)
    await begin(store, { ...planned, folder: place, confine: place, elsewhere, run });
  return { how: "begun", run };
}

/** What asks for a run of its own: a repetition by hand or by a schedule, and a commit whose content failed before. */
async function tokenOf(
  store: Store,
  { sha, attempt }: RunAt,
  kind: ItemFacts["job"]["trigger"]["kind"],
  content: string,
): Promise<string | null> {
  const own = `${sha}-${attempt}`;
  if (kind === "schedule" || kind === "manual") return own;
  const newest = await newestClaim(store, content);
  if (newest === null) return null;
  return (await store.runs.loadRecord(newest.run))?.status === "failed" ? own : null;
}

const refused = (note: string): Begun => ({ how: "refused", state: "failed", note });

function sentenceOf({ refusal, message }: RunError): string {
  if (refusal.why !== "recipe-invalid") return message;
  const [first] = refusal.diagnostics;
  return first === undefined ? "its recipe is invalid" : `${first.code} ${first.message}`;
}
