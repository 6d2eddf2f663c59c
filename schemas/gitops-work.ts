import type {
  CommitJob,
  CommitPlan,
  Problem,
  RunVerdict,
  Sha,
  StatusState,
  Trigger,
  VerdictDifference,
} from "./gitops.ts";

/** What the workflows of GitOps keep and ask for: small, for it stands in histories. Plans and verdicts stand in files of the store. */

/** A commit of a repository, by the repository's name in the operator's file. */
export interface At {
  repository: string;
  sha: Sha;
}

/** One recipe with one profile at a commit, as the workflows know it. */
export interface Item {
  /** Short name of recipe and profile: in ids and file names. */
  key: string;
  recipe: string;
  profile: string | null;
  /** Refs whose policy asks for it; superseded on all of them, it is superseded. */
  lines: string[];
  /** Place of the newest of its triggers. */
  order: number;
  supersede: CommitJob["supersede"];
  /** As in CommitPlan. */
  content: string;
  approval: string;
  /** 1, and more when it is run again: superseded and back, or asked for by hand or by a schedule. */
  attempt: number;
  state: StatusState;
  run: string | null;
  /** Short words beside the state: why, by whom, how much is kept. */
  note: string | null;
  /** Who approved it, in words; absent where nobody had to, or from commits of earlier versions. */
  approvedBy?: string;
}

/** How a commit stands; `reprise gitops status` and the texts are made of it. */
export interface CommitStanding extends At {
  triggers: Trigger[];
  items: Item[];
  /** Recipes of its pipelines that the change does not touch. */
  unaffected: number;
  /** Mistakes of `.reprise/gitops.yaml`. */
  problems: Problem[];
  /** Why nothing of it could be looked at, in a sentence. */
  trouble: string | null;
}

/** What is to be shown of a commit. */
export interface Showing extends CommitStanding {
  /** Whether something that was shown before may stand there no more: then all is compared with what does. */
  anew?: boolean;
}

/** What stands in the store of one item, beside its standing. */
export interface ItemFacts {
  job: CommitJob;
  plan: CommitPlan;
  verdict: RunVerdict | null;
  difference: VerdictDifference | null;
}

/** A trigger with its place in the order of heads: of two of one ref, the one that was seen later wins. */
export interface Seen {
  trigger: Trigger;
  order: number;
  /** The one recipe that it asks for; null for all that it concerns. */
  recipe: string | null;
}

export interface PlanAsked extends At {
  /** All that it was triggered by. */
  seen: Seen[];
  /** Those of them that were not planned for yet. */
  fresh: Seen[];
  /** Empty where this is its first workflow, or an earlier one has ended: then the store tells. */
  known: Item[];
}

/** What a commit tells its repository's queue once it is planned. */
export interface PlannedCommit {
  sha: Sha;
  /** The refs whose head it became, with its place in their order. */
  lines: { line: string; order: number }[];
  /** What may run now. */
  ready: Queued[];
  /** Contents of all its items: a run of one of them goes on, whichever commit began it. */
  contents: string[];
}

/** An item that waits for its turn, or has it. */
export interface Queued extends Pick<
  Item,
  "key" | "recipe" | "profile" | "lines" | "order" | "supersede" | "content" | "attempt"
> {
  sha: Sha;
}

/** Why something stops: `by` is the newer commit; null where the ref is gone. */
export interface Superseded {
  line: string;
  by: Sha | null;
}

/** How an item went on. */
export interface Moved {
  key: string;
  attempt: number;
  state: StatusState;
  run: string | null;
  note: string | null;
}

/** Asked for by hand, or by a schedule. */
export type Demand =
  | { kind: "manual"; ref: string; recipe: string | null; by: string | null }
  | { kind: "schedule"; pipeline: string; branch: string };

/** What became of a look at a repository's heads. */
export interface Looked {
  triggers: Trigger[];
  /** Refs that are gone, and pull requests that are closed. */
  gone: string[];
  /** Digest of the heads that were seen: noted when everything that follows from it is begun. */
  seen: string;
  limits: QueueLimits;
}

export interface QueueLimits {
  running: number;
  queued: number;
}

/** An approval, as somebody gives it: of one commit, and of the very plans whose digests it names. */
export interface Approval {
  sha: Sha;
  /** Digests of what is approved; null for all that waits, as it stands. */
  digests: string[] | null;
  recipe: string | null;
  /** Login on the forge; null for the operator of this machine. */
  by: string | null;
}

/** What a run's beginning came to. `refused`: it can never begin, and why. */
export type Begun = { how: "begun"; run: string } | { how: "refused"; state: StatusState; note: string };

export interface RunAt extends At {
  key: string;
  attempt: number;
}

/** `shared`: its run goes on, because another commit has the same content. */
export interface Stop extends Superseded {
  shared: boolean;
}

/** What workflows ask of a worker. Every one may be asked twice, and does no harm the second time. */
export interface GitopsActivities {
  /** Reads heads and pull requests, fetches, and says what is new since the last look that was noted. */
  look: (asked: { repository: string; generation: string }) => Promise<Looked>;
  /** Notes that what a look found is begun. */
  noteSeen: (asked: { repository: string; generation: string; seen: string }) => Promise<void>;
  /** What is asked for by hand or by a schedule, as a trigger; a sentence where there is no such ref. */
  resolve: (asked: { repository: string; demand: Demand }) => Promise<Trigger | string>;
  /** Starts the workflows of commits, or tells those that are open. */
  tellCommits: (asked: { repository: string; seen: Seen[] }) => Promise<void>;
  /** Makes Temporal's schedules those of the default branch's policy. */
  reconcileSchedules: (asked: { repository: string }) => Promise<void>;
  /** Which recipes a commit's triggers concern, planned. What is known of them stays, unless a trigger changes it. */
  planCommit: (asked: PlanAsked) => Promise<CommitStanding>;
  /** Writes the standing to the store, and shows it at the forge. `gone`: the commit is no more there. */
  report: (showing: Showing) => Promise<"shown" | "gone">;
  /** Whether somebody may approve, by the forge's own answer; a sentence where not. */
  mayApprove: (asked: { repository: string; by: string | null }) => Promise<string | null>;
  beginRun: (asked: RunAt) => Promise<Begun>;
  /** Follows a run to its record, with a worker at any time. */
  followRun: (asked: RunAt & { run: string }) => Promise<void>;
  /** Ends a run; checkpoints are kept. Gives words for what is kept. */
  stopRun: (asked: RunAt & { run: string }) => Promise<string | null>;
  /** Reads the record: the verdict, and its difference from the base. */
  judge: (asked: RunAt & { run: string }) => Promise<Moved>;
}
