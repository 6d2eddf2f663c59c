import type { Supersede, TriggerKind } from "./gitops.ts";
import type { GitopsServerApp, GitopsServerVariable } from "./generated/gitops-server.ts";

/** A repository as the server's operator says it, every default written out. Holds names of secrets, never secrets. */
export interface ServedRepository {
  name: string;
  /** As git takes it: a path is absolute. Never holds a user's password or token. */
  url: string;
  forge: "none" | "github" | "gitea" | "gitlab";
  /** Address of the forge's API; null without a forge, and where it follows from the URL. */
  api: string | null;
  /** `owner/name` at the forge; null where it follows from the URL. */
  project: string | null;
  token: GitopsServerVariable | null;
  app: GitopsServerApp | null;
  /** Absolute path. */
  sshKey: string | null;
  webhookSecret: GitopsServerVariable | null;
  pollSeconds: number;
  trust: ServerTrust;
  limits: RepositoryLimits;
}

/** Who may run what, as the server's operator says it. */
export interface ServerTrust {
  /** Patterns of branches and tags, without refs/heads/ and refs/tags/. */
  push: readonly string[];
  tag: readonly string[];
  pullRequest: "members" | "nobody";
  approvers: "write" | "admin";
  /** Kinds that no pull request may run. */
  deniedKinds: readonly string[];
  secrets: Readonly<Record<string, { recipes: readonly string[]; on: readonly TriggerKind[] }>>;
  /** Data of the server, by the path in the repository that recipes name; `path` is absolute. */
  data: Readonly<Record<string, ServerData>>;
}

export interface ServerData {
  path: string;
  recipes: readonly string[];
  on: readonly TriggerKind[];
  strangers: boolean;
}

export interface RepositoryLimits {
  /** Null for none. */
  gpuHoursWithoutApproval: number | null;
  running: number;
  queued: number;
  recipes: number;
  files: number;
  checkoutBytes: number;
  mirrorBytes: number;
  fetchSeconds: number;
}

/** What a repository says in `.reprise/gitops.yaml`, every default written out. */
export interface RepositoryPolicy {
  /** Digest of its text; approvals hang on it. */
  digest: string;
  pipelines: readonly Pipeline[];
}

export interface Pipeline {
  name: string;
  /** Patterns of paths in the repository. */
  recipes: readonly string[];
  on: {
    push: BranchEvents | null;
    pullRequest: BranchEvents | null;
    /** Patterns of tags; null for none. */
    tag: readonly string[] | null;
    schedule: { cron: string; timezone: string; branch: string | null } | null;
  };
  profile: Readonly<Record<TriggerKind, string | null>>;
  run: Readonly<Record<TriggerKind, "always" | "after-approval" | "never">>;
  supersede: Readonly<Record<TriggerKind, Supersede>>;
  gate: { claims: "required" | "reported"; conformance: "no-new-deviations" | "reported" };
}

export interface BranchEvents {
  /** Patterns; null for all. */
  branches: readonly string[] | null;
  /** Patterns of files that concern every recipe of the pipeline. */
  paths: readonly string[];
}

/** What the forge says that somebody may do; null where it does not say. */
export type Permission = "none" | "read" | "write" | "admin";
