import pLimit from "p-limit";
import type { CommitJob, CommitPlan, Problem, StatusState, Trigger } from "../../schemas/gitops.ts";
import type { Permission } from "../../schemas/gitops-policy.ts";
import type { CommitStanding, Item, PlanAsked, Seen } from "../../schemas/gitops-work.ts";
import { GitError } from "../git/git-error.ts";
import { affectedRecipes, type TriggeredRecipe } from "../plan/affected.ts";
import { planCommit as planRecipe } from "../plan/plan-commit.ts";
import { readFacts, readStanding, writeFacts } from "../state/commits.ts";
import { keyOf } from "../state/keys.ts";
import { mergeItems } from "../state/merge-items.ts";
import { decide, settle } from "../trust/decide.ts";
import { stateOf } from "../verdicts/verdict-of.ts";
import { differenceOf } from "../verdicts/difference.ts";
import { baseRunOf } from "./base-run.ts";
import { followedAs, type Around, type Followed } from "./followed.ts";
import { policyFor, type Policy } from "./policy-for.ts";

/** Plans read many small files: enough of them at once to keep the disk busy. */
const AT_ONCE = 8;

/** Which recipes a commit's fresh triggers concern, planned, beside what is known of the commit. */
export async function planCommit(around: Around, asked: PlanAsked): Promise<CommitStanding> {
  const { repository, sha, seen, fresh, known } = asked;
  const followed = followedAs(around, repository);
  const before = await readStanding(followed.places, sha);
  const standing: CommitStanding = {
    ...{
      repository,
      sha,
      triggers: triggersOf(before, seen),
      items: known.length > 0 ? known : (before?.items ?? []).map(takenUp),
    },
    ...{ unaffected: before?.unaffected ?? 0, problems: [], trouble: null },
  };
  try {
    const policies = await Promise.all(standing.triggers.map((trigger) => policyFor(followed, trigger)));
    standing.problems = unique(policies.flatMap(({ problems }) => problems));
    for (const one of fresh) await planFor(around, followed, one, standing);
  } catch (error) {
    if (!(error instanceof GitError) || error.passes) throw error;
    standing.trouble = error.message;
  }
  return standing;
}

/** What the store has as running when no workflow knows of it is begun again, and finds its run: the server lost the workflow. */
const takenUp = (item: Item): Item =>
  item.state === "running" ? { ...item, state: "queued", run: null, attempt: item.attempt + 1 } : item;

/** Each ref's newest trigger. */
function triggersOf(before: CommitStanding | undefined, seen: readonly Seen[]): Trigger[] {
  const byLine = new Map(
    (before?.triggers ?? []).map((trigger) => [`${trigger.kind} ${trigger.ref}`, trigger]),
  );
  for (const { trigger } of seen) byLine.set(`${trigger.kind} ${trigger.ref}`, trigger);
  return [...byLine.values()];
}

async function planFor(
  around: Around,
  followed: Followed,
  one: Seen,
  standing: CommitStanding,
): Promise<void> {
  const { trigger } = one;
  const { policy } = await policyFor(followed, trigger);
  if (policy === null) return;
  const { mirror, served, forge } = followed;
  const concerned = (await affectedRecipes(mirror, trigger, policy, served.limits.recipes)).filter(
    ({ recipe, pipeline }) =>
      (one.recipe === null || recipe === one.recipe) &&
      (trigger.kind !== "schedule" || pipeline.name === trigger.by),
  );
  const again = trigger.kind === "manual" || trigger.kind === "schedule";
  const wanted = concerned.filter(({ affected }) => affected || again);
  standing.unaffected = Math.max(standing.unaffected, concerned.length - wanted.length);
  const author = trigger.pull?.author ?? null;
  const permission = forge === null || author === null ? null : await forge.permission(author);
  const limit = pLimit(AT_ONCE);
  const planned = await Promise.all(
    wanted.map((recipe) =>
      limit(() => planOne({ around, followed, one, policy, permission, again }, recipe)),
    ),
  );
  standing.items = mergeItems(standing.items, planned, again);
}

interface Given {
  around: Around;
  followed: Followed;
  one: Seen;
  policy: Policy;
  permission: Permission | null;
  /** Its verdict is asked for anew, whatever is known. */
  again: boolean;
}

async function planOne(
  { around, followed, one: { trigger, order }, policy, permission, again }: Given,
  { recipe, pipeline, profile }: TriggeredRecipe,
): Promise<Item> {
  const { served, mirror, places } = followed;
  const { kind, sha, base, pull } = trigger;
  const first = decide({ trigger, recipe, trust: served.trust, pipeline, permission });
  const plan = await planRecipe(around.store, mirror, {
    ...{ recipe, profile, sha, base, trigger: { kind, pull }, decision: first },
    ...{ policy: policy.digest, repository: served },
  });
  const decision = settle(first, plan, served.limits);
  const job: CommitJob = {
    ...{ repository: served.name, recipe, profile, trigger, decision },
    ...{ supersede: pipeline.supersede[kind], gate: pipeline.gate },
  };
  const key = keyOf(recipe, profile);
  const carried = again ? null : plan.carried;
  const before = await readFacts(places, sha, key);
  // A verdict of this very content that this commit has already stays beside it.
  const kept = before?.plan.content === plan.content ? before : undefined;
  const fresh = carried === null ? null : await differenceIn(around, followed, job, carried.run);
  const verdict = carried?.verdict ?? kept?.verdict ?? null;
  await writeFacts(places, sha, key, { job, plan, verdict, difference: fresh ?? kept?.difference ?? null });
  return {
    ...{ key, recipe, profile, lines: [trigger.ref], order, supersede: job.supersede },
    ...{ content: plan.content, approval: plan.approval, attempt: 1 },
    state: carried === null ? stateBefore(plan, job) : stateOf(carried.verdict, plan, job.gate),
    run: carried?.run ?? null,
    note: null,
  };
}

/** A verdict that is carried over beside that of the base, where this was looked at too. */
async function differenceIn(around: Around, followed: Followed, job: CommitJob, run: string) {
  const base = await baseRunOf(around, followed, { job }, false);
  const record = base === null ? undefined : await around.store.runs.loadRecord(run);
  return base === null || record === undefined ? null : differenceOf(around.store, base, record);
}

/** How a recipe stands before it runs. */
function stateBefore(
  { plan, problems, newDeviations }: CommitPlan,
  { decision: { run, bar }, gate }: CommitJob,
): StatusState {
  if (plan === null || problems.some(({ severity }) => severity === "error")) return "invalid";
  if (run !== "plan-only") return run === "always" ? "queued" : "waiting-for-approval";
  if (bar !== "policy") return bar === "plan" ? "not-allowed" : "untrusted";
  return newDeviations.length > 0 && gate.conformance === "no-new-deviations" ? "new-deviations" : "planned";
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
