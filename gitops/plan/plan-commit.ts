import type { Store } from "../../store/store.ts";
import { realpath } from "node:fs/promises";
import type { Compiled } from "../../compiler/compile.ts";
import { sorted } from "../../compiler/compile.ts";
import { digestOf } from "../../core/digest.ts";
import type { Tools } from "../../core/fingerprint.ts";
import { toolsForFingerprint } from "../../host/tools.ts";
import { estimate, type Estimate } from "../../runs/preview/estimate.ts";
import { historyOf } from "../../runs/preview/history.ts";
import { previewPlan } from "../../runs/preview/preview.ts";
import type { StepPreview } from "../../runs/preview/step-preview.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { CommitPlan, Decision, PlannedStep, Problem, Sha, Trigger } from "../../schemas/gitops.ts";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { isWithin } from "../../store/listing.ts";
import type { StartedRun } from "../../store/runs.ts";
import { runEnvironment } from "../activities/environment.ts";
import type { Commit } from "../git/commit.ts";
import type { Mirror } from "../git/mirror.ts";
import { dataFor } from "../trust/data.ts";
import { carriedVerdict } from "./carried.ts";
import { compileAt } from "./compile-at.ts";
import { conformanceOf, newDeviations } from "./conformance.ts";
import { inputsAt } from "./inputs-at.ts";
import { notAllowed } from "./not-allowed.ts";

/** A recipe at a commit. */
export interface Planning {
  recipe: string;
  profile: string | null;
  sha: Sha;
  /** What differences are told against; null for none. */
  base: Sha | null;
  trigger: Pick<Trigger, "kind" | "pull">;
  decision: Decision;
  /** Digest of the policy that decides: RepositoryPolicy.digest. */
  policy: string;
  repository: Pick<ServedRepository, "trust">;
}

/**
 * What a run of a recipe at a commit would do: from the mirror's objects and the store alone. Nothing is started or checked out, and
 * no file outside the commit is read. What is wrong with the recipe is in `problems`; throws GitError.
 */
export async function planCommit(store: Store, mirror: Mirror, planning: Planning): Promise<CommitPlan> {
  const { recipe: file, profile, decision, trigger, repository } = planning;
  const commit = await mirror.commit(planning.sha);
  const compiled = await compileAt(commit, file, profile);
  const { plan, recipe, paper } = compiled;
  const common = {
    conformance: conformanceOf(paper),
    newDeviations: newDeviations(paper, await paperAt(mirror, planning, compiled)),
  };
  if (plan === null || recipe === null) return invalid(planning, compiled.diagnostics, common);
  const asking = { recipe: file, trigger: trigger.kind, decision };
  const { inputs, diagnostics: wrong } = await inputsAt(
    commit,
    { plan, recipe },
    { ...dataFor(repository.trust, asking), digest: store.inputs.digest },
  );
  const diagnostics = sorted([...compiled.diagnostics, ...wrong]);
  if (wrong.length > 0) return invalid(planning, diagnostics, common);
  const tools = await toolsFor(store, decision);
  const history = historyOf(store, plan, await ownRuns(mirror));
  const previews = await previewPlan(store, plan, inputs, tools, history, paper);
  const content = digestOf({
    plan: plan.digest,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, { digest }]) => [name, digest])),
  });
  return {
    plan: plan.digest,
    content,
    approval: approvalOf(planning, content),
    problems: diagnostics.map(problemOf),
    notAllowed: sorted(
      notAllowed({ plan, recipe }, { decision, trigger: trigger.kind, trust: repository.trust }),
    ).map(problemOf),
    steps: previews.map(plannedStep),
    ...totalOf(await Promise.all(previews.map((preview) => estimate(store, preview)))),
    ...common,
    carried: await carriedVerdict(store, { plan, inputs }),
  };
}

/** With the environment that the run's worker will have; a stranger's plan says nothing of it, not even by digests. */
async function toolsFor(store: Store, { stranger, secrets }: Decision): Promise<Tools> {
  const tools = await toolsForFingerprint(store);
  return { ...tools, environment: stranger ? {} : runEnvironment(process.env, store, secrets, new Set()) };
}

/** Runs of this repository's own commits: reasons quote former values, which those who write to another one may not read. */
async function ownRuns({ checkoutsFolder }: Mirror): Promise<(started: StartedRun) => boolean> {
  const own = await realpath(checkoutsFolder).catch(() => checkoutsFolder);
  return ({ folder }) => folder !== undefined && isWithin(own, folder);
}

/** The recipe beside its paper at the base; null where it was not there, or could not be read. Without tables nothing is looked at. */
async function paperAt(
  mirror: Mirror,
  { base, recipe, profile }: Planning,
  { paper }: Compiled,
): Promise<Compiled["paper"]> {
  if (paper === null || base === null) return null;
  const before: Commit = await mirror.commit(base);
  if (!before.files.has(recipe)) return null;
  return (await compileAt(before, recipe, profile)).paper;
}

/** What an approval names: it falls off with another commit, content, policy or decision. */
const approvalOf = ({ sha, recipe, profile, policy, decision }: Planning, content: string): string =>
  digestOf({ sha, recipe, profile, policy, content, secrets: decision.secrets, stranger: decision.stranger });

function invalid(
  planning: Planning,
  diagnostics: readonly Diagnostic[],
  common: Pick<CommitPlan, "conformance" | "newDeviations">,
): CommitPlan {
  const problems = diagnostics.map(problemOf);
  const { recipe, profile } = planning;
  const content = digestOf({ recipe, profile, problems });
  return {
    ...{ plan: null, content, approval: approvalOf(planning, content), problems, notAllowed: [], steps: [] },
    ...{ seconds: null, gpuHours: null, ...common, carried: null },
  };
}

const problemOf = ({ code, severity, message, file, line, column }: Diagnostic): Problem => ({
  ...{ code, severity, message, file, line, column },
});

const plannedStep = ({ step, action, because, resumeFrom }: StepPreview): PlannedStep => ({
  ...{ id: step.id, kind: step.kind, action, because: because.map(({ text }) => text), resumeFrom },
});

/** Sums; null where something is not known. */
function totalOf(estimates: readonly Estimate[]): Pick<CommitPlan, "seconds" | "gpuHours"> {
  const sum = (values: (number | null)[]) =>
    values.reduce<number | null>((all, value) => (all === null || value === null ? null : all + value), 0);
  return {
    seconds: sum(estimates.map(({ seconds }) => seconds)),
    gpuHours: sum(estimates.map(({ gpuHours }) => gpuHours)),
  };
}
