import type { CommitJob, VerdictDifference } from "../../schemas/gitops.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { ItemFacts } from "../../schemas/gitops-work.ts";
import { planCommit } from "../plan/plan-commit.ts";
import { readFacts } from "../state/commits.ts";
import { keyOf } from "../state/keys.ts";
import { newestClaim } from "../state/runs-by-content.ts";
import type { Around, Followed } from "./followed.ts";

/** The run that a verdict is compared with. */
export interface BaseRun {
  against: VerdictDifference["against"];
  record: RunRecord;
}

/**
 * The finished run of the same recipe at the base; with `plan` also one that another commit of the same content began. Null
 * without one.
 */
export async function baseRunOf(
  around: Around,
  followed: Followed,
  facts: Pick<ItemFacts, "job">,
  plan: boolean,
): Promise<BaseRun | null> {
  const { job } = facts;
  const { base: sha, kind } = job.trigger;
  if (sha === null) return null;
  const run =
    (await judgedRun(followed, job, sha)) ?? (plan ? await runOfContent(around, followed, facts, sha) : null);
  const record = run === null ? undefined : await around.store.runs.loadRecord(run);
  if (run === null || record?.status !== "done") return null;
  return { against: { sha, run, which: kind === "pull_request" ? "merge base" : "former head" }, record };
}

async function judgedRun(
  { places }: Followed,
  { recipe, profile }: CommitJob,
  sha: string,
): Promise<string | null> {
  return (await readFacts(places, sha, keyOf(recipe, profile)))?.verdict?.run ?? null;
}

/** The base may never have been the head of anything that we looked at. */
async function runOfContent(
  { store }: Around,
  { mirror, served }: Followed,
  { job }: Pick<ItemFacts, "job">,
  sha: string,
): Promise<string | null> {
  const { recipe, profile, trigger, decision } = job;
  if (!(await mirror.has(sha)) || !(await mirror.commit(sha)).files.has(recipe)) return null;
  const { content, plan } = await planCommit(store, mirror, {
    ...{ recipe, profile, sha, base: null, trigger, decision, policy: "", repository: served },
  });
  return plan === null ? null : ((await newestClaim(store, content))?.run ?? null);
}
