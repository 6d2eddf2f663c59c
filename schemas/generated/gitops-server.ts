// Generated from schemas/gitops-server.schema.json by `npm run generate`. Do not edit.
/** A name or glob: * is anything but a slash, ** anything. */
export type GitopsServerPattern = string;

/** What the operator of a server says: which repositories, who is trusted, secrets and limits. */
export interface GitopsServer {
  /** Version of this format. */
  gitops: 1;
  /** Repositories by a name of yours. */
  repositories: {
    [k: string]: GitopsServerRepository;
  };
}
/** One repository. token: for the forge, and for fetching by https. webhook_secret: that of its webhook; without it the repository is only polled. */
export interface GitopsServerRepository {
  /** Where it is fetched from: https, ssh, git, or a path, which counts from this file. Without user, password and token. */
  url: string;
  /** What serves it, for statuses, comments and pull requests; gitea for Forgejo too. With none, verdicts go to refs. */
  forge?: "none" | "github" | "gitea" | "gitlab";
  /** Address of the forge's API, where it does not follow from the URL. */
  api?: string;
  /** Its name at the forge, with its owner, where it does not follow from the URL. */
  project?: string;
  token?: GitopsServerVariable;
  app?: GitopsServerApp;
  /** File of the private key for fetching by ssh; counts from this file. Without it, the user's own keys. */
  ssh_key?: string;
  webhook_secret?: GitopsServerVariable;
  /** How often its heads are read. */
  poll?: string;
  /** Allow http and git, which anyone on the way can read and change, to other machines too. */
  insecure?: boolean;
  trust?: GitopsServerTrust;
  /** Variables of the server that recipes may name as secrets; no other one is given to a run. */
  secrets?: {
    [k: string]: GitopsServerSecret;
  };
  /** Files and folders of the server that recipes may take as inputs, by the path in the repository that they name them by. The repository itself has nothing there. */
  data?: {
    [k: string]: GitopsServerData;
  };
  limits?: GitopsServerLimits;
}
/** A secret, by the name of the server's environment variable that holds it. */
export interface GitopsServerVariable {
  /** Name of the variable. */
  env: string;
}
/** A GitHub App instead of a token; private_key is PEM. */
export interface GitopsServerApp {
  /** Id of the App. */
  id: number;
  /** Id of its installation; looked up without it. */
  installation?: number;
  private_key: GitopsServerVariable;
}
/** Who may run what. */
export interface GitopsServerTrust {
  /** Branches whose pushes may run: who may push there is trusted. Pushes to others are planned only. */
  push?: GitopsServerPattern[];
  /** Tags that may run. */
  tag?: GitopsServerPattern[];
  /** Whose pull requests may run as their pipeline says: of those who have the approvers' permission, when they come from this repository; or nobody's without approval. All others are planned, and run after approval only. */
  pull_request?: "members" | "nobody";
  /** Permission on the forge that an approval needs. */
  approvers?: "write" | "admin";
  /** Kinds of steps. */
  kinds?: {
    /**
     * Kinds that no pull request may run. Those from forks and strangers never run programs, nor kinds that take secrets.
     *
     * Items: A kind.
     */
    deny_for_pull_request?: string[];
  };
}
/** Who gets a secret. */
export interface GitopsServerSecret {
  /**
   * Recipes whose runs may have it.
   *
   * @minItems 1
   */
  recipes: [GitopsServerPattern, ...GitopsServerPattern[]];
  /**
   * What such a run was begun by. Pull requests from forks and strangers never get a secret.
   *
   * @minItems 1
   *
   * Items: What begins a run.
   */
  on?: [
    "push" | "pull_request" | "tag" | "schedule" | "manual",
    ...("push" | "pull_request" | "tag" | "schedule" | "manual")[],
  ];
}
/** Data of the server. What it holds counts as an input's content does: when it changes, plans change. */
export interface GitopsServerData {
  /** Where it is; counts from this file. */
  path: string;
  /**
   * Recipes that may have it.
   *
   * @minItems 1
   */
  recipes?: [GitopsServerPattern, ...GitopsServerPattern[]];
  /**
   * What such a run was begun by.
   *
   * @minItems 1
   *
   * Items: What begins a run.
   */
  on?: [
    "push" | "pull_request" | "tag" | "schedule" | "manual",
    ...("push" | "pull_request" | "tag" | "schedule" | "manual")[],
  ];
  /** Whether pull requests from forks and strangers may have it too, once they are approved. */
  strangers?: boolean;
}
/** How much is too much. */
export interface GitopsServerLimits {
  /** A run that is expected to take more, or that nothing is known of and asks for a GPU, waits for approval. Without it there is no such limit. */
  gpu_hours_without_approval?: number;
  /** Runs of this repository at once. */
  running?: number;
  /** Runs that may wait for their turn. */
  queued?: number;
  /** Recipes of one commit. */
  recipes?: number;
  /** Files of one commit. */
  files?: number;
  /** Size of one commit's files (MB). */
  checkout_mb?: number;
  /** Size of the repository with its history (MB). */
  mirror_mb?: number;
  /** Longest time that a fetch may take. */
  fetch?: string;
}
