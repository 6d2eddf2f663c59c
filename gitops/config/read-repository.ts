import { digestOf } from "../../core/digest.ts";
import type {
  GitopsRepository,
  GitopsRepositoryPipeline,
} from "../../schemas/generated/gitops-repository.ts";
import type { TriggerKind } from "../../schemas/gitops.ts";
import type { BranchEvents, Pipeline, RepositoryPolicy } from "../../schemas/gitops-policy.ts";
import { validateGitopsRepository } from "../../schemas/validators.ts";
import { checkRepository } from "./check-repository.ts";
import { readDocument, type ReadConfig } from "./document.ts";

/** Where a repository says which recipes run when. */
export const POLICY_FILE = ".reprise/gitops.yaml";

const RUN: Pipeline["run"] = {
  push: "always",
  pull_request: "after-approval",
  tag: "always",
  schedule: "always",
  manual: "always",
};

const SUPERSEDE: Pipeline["supersede"] = {
  push: "cancel-pending",
  pull_request: "cancel-running",
  tag: "queue",
  schedule: "cancel-pending",
  manual: "queue",
};

const NO_PROFILE: Record<TriggerKind, null> = {
  push: null,
  pull_request: null,
  tag: null,
  schedule: null,
  manual: null,
};

/** The policy of a repository, from the text of its `.reprise/gitops.yaml`. */
export const readRepositoryConfig = (text: string, file = POLICY_FILE): ReadConfig<RepositoryPolicy> =>
  readDocument<GitopsRepository, RepositoryPolicy>(file, text, {
    expected: { called: "A repository's file", begin: "'gitops: 1' and 'pipelines:'" },
    whole: "the file",
    validate: validateGitopsRepository(),
    check: checkRepository,
    take: ({ pipelines }) => ({
      digest: digestOf(text),
      pipelines: Object.entries(pipelines).map(([name, written]) => pipelineOf(name, written)),
    }),
  });

function pipelineOf(
  name: string,
  { recipes, on, profile, run, supersede, gate }: GitopsRepositoryPipeline,
): Pipeline {
  const { push, pull_request: pull, tag, schedule } = on;
  return {
    name,
    recipes,
    on: {
      push: branchesOf(push),
      pullRequest: branchesOf(pull),
      tag: tag ?? null,
      schedule:
        schedule === undefined
          ? null
          : { cron: schedule.cron, timezone: schedule.timezone!, branch: schedule.branch ?? null },
    },
    profile: { ...NO_PROFILE, ...profile },
    run: { ...RUN, ...run },
    supersede: { ...SUPERSEDE, ...supersede },
    gate: { claims: gate!.claims!, conformance: gate!.conformance! },
  };
}

const branchesOf = (events: { branches?: string[]; paths?: string[] } | undefined): BranchEvents | null =>
  events === undefined ? null : { branches: events.branches ?? null, paths: events.paths ?? [] };
