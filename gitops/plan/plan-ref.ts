import type { Store } from "../../store/store.ts";
import pLimit from "p-limit";
import type { CommitPlan, Decision, Problem, Trigger } from "../../schemas/gitops.ts";
import type { Pipeline, RepositoryPolicy, ServedRepository } from "../../schemas/gitops-policy.ts";
import { policyAt } from "../activities/policy-for.ts";
import { POLICY_FILE } from "../config/read-repository.ts";
import { GitError } from "../git/git-error.ts";
import type { Mirror } from "../git/mirror.ts";
import { resolveCommit, type NamedCommit } from "../git/resolve.ts";
import { decide, settle } from "../trust/decide.ts";
import { affectedRecipes, type TriggeredRecipe } from "./affected.ts";
import { planCommit } from "./plan-commit.ts";

const AT_ONCE = 8;

/** A commit that somebody asks about. */
export interface AskedRef {
  /** Branch, tag, pull/7, HEAD or sha. */
  name: string;
  /** What it is compared with, named in the same way; null: nothing, and every recipe counts. */
  base: string | null;
  /** Only these recipes; null for those of the pipelines. */
  recipes: readonly string[] | null;
}

/** What would happen with a commit. */
export interface RefPlan {
  trigger: Trigger;
  /** What is wrong with the policy that decides. */
  problems: Problem[];
  recipes: PlannedRecipe[];
  /** Recipes that nothing changed for. */
  unaffected: string[];
}

export interface PlannedRecipe {
  recipe: string;
  pipeline: string;
  profile: string | null;
  because: string;
  decision: Decision;
  plan: CommitPlan;
}

/** Plans a commit as its push, tag or pull request would be. Nothing is started. Throws GitError. */
export async function planRef(
  store: Store,
  mirror: Mirror,
  served: ServedRepository,
  asked: AskedRef,
): Promise<RefPlan> {
  const named = await resolveCommit(mirror, asked.name);
  const base = asked.base === null ? null : await resolveCommit(mirror, asked.base);
  const trigger = await triggerOf(mirror, named, base);
  const { policy, problems } = await policyOf(mirror, trigger, base, asked.recipes);
  if (policy === null) return { trigger, problems, recipes: [], unaffected: [] };
  const all = await affectedRecipes(mirror, trigger, policy, served.limits.recipes);
  const wanted = all.filter(({ recipe }) => asked.recipes === null || asked.recipes.includes(recipe));
  refuseUnknown(asked.recipes ?? [], all);
  const limit = pLimit(AT_ONCE);
  const planOne = async ({ recipe, pipeline, profile, because }: TriggeredRecipe): Promise<PlannedRecipe> => {
    const first = decide({ trigger, recipe, trust: served.trust, pipeline, permission: null });
    const plan = await planCommit(store, mirror, {
      ...{ recipe, profile, sha: trigger.sha, base: trigger.base, trigger, decision: first },
      ...{ policy: policy.digest, repository: served },
    });
    const decision = settle(first, plan, served.limits);
    return { recipe, pipeline: pipeline.name, profile, because, decision, plan };
  };
  return {
    trigger,
    problems,
    recipes: await Promise.all(
      wanted.flatMap((one) => (one.affected || asked.recipes !== null ? [limit(() => planOne(one))] : [])),
    ),
    unaffected: wanted.flatMap(({ affected, recipe }) =>
      affected || asked.recipes !== null ? [] : [recipe],
    ),
  };
}

/** A pull request is compared with its merge base; who wrote it is the forge's to say, which is not asked. */
async function triggerOf(
  mirror: Mirror,
  { ref, sha }: NamedCommit,
  base: NamedCommit | null,
): Promise<Trigger> {
  const common = base === null ? null : ((await mirror.mergeBase(base.sha, sha)) ?? base.sha);
  const number = /^refs\/(?:pull|merge-requests)\/(\d+)\/head$/.exec(ref ?? "")?.[1];
  const into = base?.ref?.replace(/^refs\/heads\//, "") ?? (await mirror.heads()).defaultBranch ?? "main";
  const pull =
    number === undefined
      ? null
      : { number: Number(number), head: sha, base: into, fork: false, author: null };
  const kind =
    pull !== null ? "pull_request" : ref === null ? "manual" : ref.startsWith("refs/tags/") ? "tag" : "push";
  return { kind, ref: ref ?? sha, sha, base: common, pull, by: null };
}

/** Of a pull request that of what it goes into, else the commit's own. Named recipes need none. */
async function policyOf(
  mirror: Mirror,
  { sha, pull }: Trigger,
  base: NamedCommit | null,
  recipes: readonly string[] | null,
): Promise<{ policy: RepositoryPolicy | null; problems: Problem[] }> {
  const target = pull === null ? sha : (base?.sha ?? (await resolveCommit(mirror, pull.base)).sha);
  const found = await policyAt({ mirror }, target);
  if (found.policy !== null || found.problems.length > 0) return found;
  if (recipes !== null) return { policy: { digest: "", pipelines: [pipelineOf(recipes)] }, problems: [] };
  throw new GitError(
    "unknown",
    `The commit ${target.slice(0, 12)} has no '${POLICY_FILE}', which says what its recipes are. Name them, or add one.`,
  );
}

const always = <T>(value: T) => ({
  ...{ push: value, pull_request: value, tag: value, schedule: value, manual: value },
});

/** For recipes that are named where no policy names any. */
const pipelineOf = (recipes: readonly string[]): Pipeline => ({
  name: "asked",
  recipes,
  on: {
    push: { branches: null, paths: [] },
    pullRequest: { branches: null, paths: [] },
    tag: ["**"],
    schedule: null,
  },
  profile: always(null),
  run: always("after-approval"),
  supersede: always("queue"),
  gate: { claims: "reported", conformance: "reported" },
});

function refuseUnknown(asked: readonly string[], all: readonly TriggeredRecipe[]): void {
  const unknown = asked.filter((recipe) => !all.some((one) => one.recipe === recipe));
  if (unknown.length === 0) return;
  const known =
    all.length === 0
      ? ""
      : ` They have: ${all
          .slice(0, 10)
          .map(({ recipe }) => recipe)
          .join(", ")}.`;
  throw new GitError(
    "unknown",
    `The pipelines that this commit starts have no recipe '${unknown.join("', '")}'.${known}`,
  );
}
