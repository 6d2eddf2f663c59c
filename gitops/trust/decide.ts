import type { CommitPlan, Decision, Trigger } from "../../schemas/gitops.ts";
import type { Permission, Pipeline, RepositoryLimits, ServerTrust } from "../../schemas/gitops-policy.ts";
import { fits } from "./globs.ts";

/** What a decision rests on. `pipeline` is the target branch's for a pull request, never that of its own commits. */
export interface Grounds {
  trigger: Trigger;
  /** Path of the recipe in the repository. */
  recipe: string;
  trust: ServerTrust;
  pipeline: Pick<Pipeline, "run">;
  /** What the author of a pull request may do; null where the forge does not say. */
  permission: Permission | null;
}

const RANKS: readonly Permission[] = ["none", "read", "write", "admin"];

/** Whether a permission is enough for what asks for `needed`. */
export const suffices = (permission: Permission | null, needed: Permission): boolean =>
  permission !== null && RANKS.indexOf(permission) >= RANKS.indexOf(needed);

/** May a recipe run for a trigger, before its plan is known? Pure; whoever may not be trusted is never given a secret. */
export function decide(grounds: Grounds): Decision {
  const { trigger, recipe, trust, pipeline } = grounds;
  const stranger = whyStranger(grounds);
  const wanted = pipeline.run[trigger.kind];
  const secrets = stranger === null ? secretsFor(trust, trigger.kind, recipe) : [];
  const answer = (run: Decision["run"], reason: string): Decision => ({
    run,
    reason,
    secrets: run === "plan-only" ? [] : secrets,
    stranger: stranger !== null,
  });
  const planOnly = (bar: "policy" | "trust", reason: string): Decision => ({
    ...answer("plan-only", reason),
    bar,
  });
  const untrusted = whyUntrusted(trigger, trust);
  // The policy of a commit that is not trusted says nothing.
  if (untrusted !== null && (trigger.kind !== "manual" || wanted === "never"))
    return planOnly("trust", untrusted);
  if (wanted === "never") return planOnly("policy", `The pipeline never runs it for ${WORDS[trigger.kind]}.`);
  // Whoever asks for a run by hand is the operator, and has seen what it is of.
  if (trigger.kind === "manual")
    return answer(wanted, `It was asked for by hand.${stranger === null ? "" : ` No secret: ${stranger}`}`);
  if (stranger !== null) return answer("after-approval", stranger);
  if (trigger.kind === "pull_request" && trust.pullRequest === "nobody")
    return answer("after-approval", "Every pull request needs approval here.");
  return wanted === "always"
    ? answer("always", `The pipeline runs it for ${WORDS[trigger.kind]}.`)
    : answer("after-approval", `The pipeline runs it for ${WORDS[trigger.kind]} after approval.`);
}

const WORDS: Record<Trigger["kind"], string> = {
  push: "pushes",
  pull_request: "pull requests",
  tag: "tags",
  schedule: "its schedule",
  manual: "whoever asks",
};

/** Why commits may be a stranger's; null where they are not. */
function whyStranger({ trigger, trust, permission }: Grounds): string | null {
  if (trigger.kind === "manual") return whyUntrusted(trigger, trust);
  if (trigger.kind !== "pull_request") return null;
  const { pull } = trigger;
  if (pull === null) return "It is not known whose pull request this is.";
  if (pull.fork) return "It comes from a fork.";
  if (permission === null) return "The forge does not say what its author may do.";
  return suffices(permission, trust.approvers) ? null : `Its author has no ${trust.approvers} permission.`;
}

/** Why a branch or tag may not run at all; a pull request has its own rules. */
function whyUntrusted({ kind, ref }: Trigger, { push, tag }: ServerTrust): string | null {
  if (kind === "pull_request") return null;
  const branch = nameBelow(ref, "refs/heads/");
  if (branch !== null)
    return fits(branch, push) ? null : `The server's operator does not trust the branch '${branch}'.`;
  const tagged = nameBelow(ref, "refs/tags/");
  if (tagged !== null)
    return fits(tagged, tag) ? null : `The server's operator does not trust the tag '${tagged}'.`;
  return "It is neither at a branch nor at a tag that the server's operator trusts.";
}

const nameBelow = (ref: string, folder: string): string | null =>
  ref.startsWith(folder) ? ref.slice(folder.length) : null;

const secretsFor = ({ secrets }: ServerTrust, kind: Trigger["kind"], recipe: string): string[] =>
  Object.entries(secrets).flatMap(([name, { recipes, on }]) =>
    on.includes(kind) && fits(recipe, recipes) ? [name] : [],
  );

/** The decision once the plan is known: what the plan may not have, and the limit of GPU hours. Pure. */
export function settle(
  decision: Decision,
  { gpuHours, notAllowed }: Pick<CommitPlan, "gpuHours" | "notAllowed">,
  { gpuHoursWithoutApproval: most }: Pick<RepositoryLimits, "gpuHoursWithoutApproval">,
): Decision {
  const [refused] = notAllowed;
  if (refused !== undefined && decision.run !== "plan-only")
    return { ...decision, run: "plan-only", bar: "plan", reason: refused.message, secrets: [] };
  if (decision.run !== "always" || most === null || (gpuHours !== null && gpuHours <= most)) return decision;
  const hours =
    gpuHours === null
      ? "It asks for GPUs, and how long for is not known"
      : `It is expected to take ${Number(gpuHours.toPrecision(2))} GPU hours`;
  return { ...decision, run: "after-approval", reason: `${hours}; without approval it may take ${most}.` };
}
