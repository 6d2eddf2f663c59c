import { openStore } from "../../store/store.ts";
import path from "node:path";
import { Mirror } from "../../gitops/git/mirror.ts";
import { planCommit, type Planning } from "../../gitops/plan/plan-commit.ts";
import type { CommitPlan, Decision, PullRequest, Trigger } from "../../schemas/gitops.ts";
import type { ServerTrust } from "../../schemas/gitops-policy.ts";
import { temporaryFolder } from "./folders.ts";
import { BareRepository } from "./git.ts";

const LIMITS = { mirrorBytes: 500e6, checkoutBytes: 100e6, files: 50_000, fetchSeconds: 120 };

export const TRUST: ServerTrust = {
  push: ["main"],
  tag: ["*"],
  pullRequest: "members",
  approvers: "write",
  deniedKinds: [],
  secrets: {},
  data: {},
};

export const ALLOWED: Decision = { run: "always", reason: "It may.", secrets: [], stranger: false };

/** A repository with a mirror of it, and a store. */
export class Mirrored {
  readonly repository: BareRepository;
  readonly root: string;
  readonly mirror: Mirror;

  private constructor(repository: BareRepository, limits: Partial<typeof LIMITS>) {
    this.repository = repository;
    this.root = path.join(temporaryFolder(), ".reprise");
    const folder = path.join(this.root, "gitops", "papers");
    const places = { mirror: path.join(folder, "mirror.git"), checkouts: path.join(folder, "checkouts") };
    const remote = { url: repository.folder, token: null, sshKey: null };
    this.mirror = new Mirror(places as never, remote, { ...LIMITS, ...limits });
  }

  static async make(limits: Partial<typeof LIMITS> = {}): Promise<Mirrored> {
    return new Mirrored(await BareRepository.make(), limits);
  }

  /** Commits to the repository and fetches; gives the sha. */
  async commit(...args: Parameters<BareRepository["commit"]>): Promise<string> {
    const sha = await this.repository.commit(...args);
    await this.mirror.fetch((await this.mirror.heads()).refs);
    return sha;
  }

  plan(sha: string, recipe: string, more: Partial<Planning> = {}): Promise<CommitPlan> {
    return planCommit(openStore(this.root), this.mirror, {
      ...{ recipe, profile: null, sha, base: null, trigger: { kind: "push", pull: null } },
      ...{ decision: ALLOWED, policy: "", repository: { trust: TRUST } },
      ...more,
    });
  }
}

/** A push to main. */
export const pushed = (sha: string, base: string | null = null): Trigger => ({
  ...{ kind: "push", ref: "refs/heads/main", sha, base, pull: null, by: null },
});

/** A pull request into main. */
export const pulled = (sha: string, base: string | null, more: Partial<PullRequest> = {}): Trigger => ({
  ...{ kind: "pull_request", ref: "refs/pull/7/head", sha, base, by: null },
  pull: { number: 7, head: sha, base: "main", fork: true, author: "mallory", ...more },
});
