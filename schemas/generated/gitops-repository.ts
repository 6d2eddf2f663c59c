// Generated from schemas/gitops-repository.schema.json by `npm run generate`. Do not edit.
/** A name or glob: * is anything but a slash, ** anything. */
export type GitopsRepositoryPattern = string;
/** A profile of the recipes. */
export type GitopsRepositoryName = string;
/** never: planned only. */
export type GitopsRepositoryWhen = "always" | "after-approval" | "never";
/** What becomes of older runs. */
export type GitopsRepositorySupersede = "queue" | "cancel-pending" | "cancel-running";

/** What a repository says in .reprise/gitops.yaml: which recipes run when. */
export interface GitopsRepository {
  /** Version of this format. */
  gitops: 1;
  /** Pipelines by name. Of several that name a recipe for one event, the first counts. */
  pipelines: {
    [k: string]: GitopsRepositoryPipeline;
  };
}
/** Some recipes, and when they run. */
export interface GitopsRepositoryPipeline {
  /**
   * Recipes, by paths in the repository.
   *
   * @minItems 1
   */
  recipes: [GitopsRepositoryPattern, ...GitopsRepositoryPattern[]];
  on: GitopsRepositoryEvents;
  profile?: GitopsRepositoryProfiles;
  run?: GitopsRepositoryRuns;
  supersede?: GitopsRepositorySupersedes;
  gate?: GitopsRepositoryGate;
}
/** What its recipes are looked at for. They may be run by hand in any case. */
export interface GitopsRepositoryEvents {
  push?: GitopsRepositoryBranches;
  pull_request?: GitopsRepositoryBranches;
  /**
   * Tags.
   *
   * @minItems 1
   */
  tag?: [GitopsRepositoryPattern, ...GitopsRepositoryPattern[]];
  schedule?: GitopsRepositorySchedule;
}
/** Pushes to branches, or pull requests into them. */
export interface GitopsRepositoryBranches {
  /**
   * Branches; all without it. Of pull requests, those that they go into.
   *
   * @minItems 1
   */
  branches?: [GitopsRepositoryPattern, ...GitopsRepositoryPattern[]];
  /**
   * Further files whose change concerns every recipe of the pipeline. A recipe, what it extends, and the tables, inputs and programs in the repository that it names count in any case.
   *
   * @minItems 1
   */
  paths?: [GitopsRepositoryPattern, ...GitopsRepositoryPattern[]];
}
/** At times, whatever changed. */
export interface GitopsRepositorySchedule {
  /** Minute, hour, day of month, month, day of week. */
  cron: string;
  /** Zone that the times are of. */
  timezone?: string;
  /** Branch whose head runs; the default branch without it. */
  branch?: string;
}
/** Profile of the recipes, by event; none where nothing is said. */
export interface GitopsRepositoryProfiles {
  push?: GitopsRepositoryName;
  pull_request?: GitopsRepositoryName;
  tag?: GitopsRepositoryName;
  schedule?: GitopsRepositoryName;
  manual?: GitopsRepositoryName;
}
/** When a plan runs, by event, as far as the server's operator allows it. Without a word: pull requests after approval, all else always. */
export interface GitopsRepositoryRuns {
  push?: GitopsRepositoryWhen;
  pull_request?: GitopsRepositoryWhen;
  tag?: GitopsRepositoryWhen;
  schedule?: GitopsRepositoryWhen;
  manual?: GitopsRepositoryWhen;
}
/** What becomes of the runs of older commits of the same branch or pull request: queue (each runs), cancel-pending (of those that wait only the newest stays), cancel-running (what runs is stopped too; its checkpoints are kept). Without a word: cancel-running for pull requests, cancel-pending for pushes and schedules, queue for tags and by hand. */
export interface GitopsRepositorySupersedes {
  push?: GitopsRepositorySupersede;
  pull_request?: GitopsRepositorySupersede;
  tag?: GitopsRepositorySupersede;
  schedule?: GitopsRepositorySupersede;
  manual?: GitopsRepositorySupersede;
}
/** What a commit's status needs to pass. */
export interface GitopsRepositoryGate {
  /** required: every claim that counts must be reproduced. */
  claims?: "required" | "reported";
  /** no-new-deviations: no difference from the paper that the base does not have. */
  conformance?: "no-new-deviations" | "reported";
}
