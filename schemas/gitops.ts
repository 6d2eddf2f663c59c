/** What the commands, the workflows and the activities of GitOps say to each other: plain JSON, small enough for a history. */

/** A commit: 40 or 64 lower-case hex digits. */
export type Sha = string;

export type TriggerKind = "push" | "pull_request" | "tag" | "schedule" | "manual";

/** An open pull request, as the forge tells it. */
export interface PullRequest {
  number: number;
  head: Sha;
  /** Branch that it asks to be merged into, without `refs/heads/`. */
  base: string;
  /** Whether its commits come from another repository. */
  fork: boolean;
  /** Login of its author; null where the forge does not say. */
  author: string | null;
}

/** What a repository's refs stand at. */
export interface Heads {
  defaultBranch: string;
  /** By full name: refs/heads/…, refs/tags/… (peeled). */
  refs: Record<string, Sha>;
  pulls: PullRequest[];
}

/** Why a commit is looked at. */
export interface Trigger {
  kind: TriggerKind;
  /** Full name of the ref; of a pull request refs/pull/N/head. */
  ref: string;
  sha: Sha;
  /** What it is compared with: the former head, or the merge base; null where that is not known: then everything is affected. */
  base: Sha | null;
  pull: PullRequest | null;
  /** Who asked, of `manual`; the author of a pull request; the pipeline whose schedule it is. */
  by: string | null;
}

/** May it run? `plan-only`: never. `reason` is a sentence for people. */
export interface Decision {
  run: "always" | "after-approval" | "plan-only";
  /** What lets it be planned only: the policy, that its ref is not trusted, or what the plan asks for. */
  bar?: "policy" | "trust" | "plan";
  reason: string;
  /** Names of the secrets that its run may have. */
  secrets: string[];
  /** Whether its commits come from a fork or a stranger: even when approved it runs no program of its own and nothing that takes a secret. */
  stranger: boolean;
}

export type Supersede = "queue" | "cancel-pending" | "cancel-running";

/** One recipe at one commit: what a commit workflow is started with. */
export interface CommitJob {
  repository: string;
  /** Path of the recipe in the repository. */
  recipe: string;
  profile: string | null;
  trigger: Trigger;
  decision: Decision;
  supersede: Supersede;
  gate: { claims: "required" | "reported"; conformance: "no-new-deviations" | "reported" };
}

/** A mistake of a recipe or policy, with its place in the commit. */
export interface Problem {
  code: string;
  severity: "error" | "warning";
  message: string;
  file: string;
  line: number;
  column: number;
}

export interface PlannedStep {
  id: string;
  kind: string;
  action: "run" | "resume" | "reuse";
  /** Sentences: why it runs. */
  because: string[];
  resumeFrom: number | null;
}

/** What a run of a recipe at a commit would do, from Git's objects and the store alone. */
export interface CommitPlan {
  /** Digest of the plan; null for a recipe that has none. */
  plan: string | null;
  /** Digest of the contents of its inputs, the policy that decides and the plan: what an approval names. */
  approval: string;
  /** Digest that two commits share exactly when their runs give the same verdict: plan and contents of inputs. */
  content: string;
  problems: Problem[];
  /** What is valid and may not run from this trigger: kinds and secrets that it is not given. */
  notAllowed: Problem[];
  steps: PlannedStep[];
  /** From earlier runs; null where nothing is known. */
  seconds: number | null;
  gpuHours: number | null;
  /** Rows of the paper's tables. */
  conformance: { same: number; deviating: number; missing: number } | null;
  /** Deviations that the base does not have, as `step.parameter: sentence`. */
  newDeviations: string[];
  /** A finished run of the same content in the store. */
  carried: { run: string; verdict: RunVerdict } | null;
}

interface JudgedClaim {
  id: string;
  says: string;
  /** As in the run record: reproduced, not reproduced, inconclusive, not judged. */
  outcome: string;
  counts: boolean;
  /** In words, with numbers and p. */
  evidence: string;
}

/** A run that has ended, judged. */
export interface RunVerdict {
  run: string;
  status: "done" | "failed" | "cancelled";
  /** Whether every claim that counts is reproduced; null where nothing is claimed. */
  reproduced: boolean | null;
  claims: JudgedClaim[];
  /** By `step.metric`. */
  metrics: Record<string, number>;
  /** Why it failed, in words. */
  failures: string[];
}

/** The verdict beside the one of the base, where that is known. */
export interface VerdictDifference {
  against: { sha: Sha; run: string; which: "merge base" | "former head" };
  claims: { id: string; before: string | null; after: string | null }[];
  /** p of the paired test over the same samples, where both runs have them; null otherwise. */
  metrics: { name: string; before: number; after: number; p: number | null }[];
}

/** States of a commit that people see; each forge has a mapping. Only `reproduced`, `reported`, `unclaimed`, `unaffected` and `planned` pass. */
export type StatusState =
  | "invalid"
  /** Planned only, as the policy says. */
  | "planned"
  /** Planned only: the operator does not trust its branch, tag or commit. */
  | "untrusted"
  /** Planned only: it asks for what its trigger may not have. */
  | "not-allowed"
  | "waiting-for-approval"
  | "queued"
  | "running"
  | "reproduced"
  | "not-reproduced"
  | "unclaimed"
  /** Done; claims that are not reproduced are reported only. */
  | "reported"
  | "new-deviations"
  | "failed"
  | "unaffected"
  | "superseded"
  | "cancelled";

/** What is to stand at a commit. */
export interface Status {
  sha: Sha;
  /** `reprise`, or `reprise/<recipe>`. */
  context: string;
  state: StatusState;
  /** One sentence of at most 140 characters. */
  description: string;
  /** Further facts, for the comment and for the ref without a forge. */
  url: string | null;
}
