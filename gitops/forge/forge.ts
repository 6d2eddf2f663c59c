import type { PullRequest, Status } from "../../schemas/gitops.ts";

/** What somebody may do with a repository, by the forge's own answer. `none`: also whom the forge does not know. */
export type Permission = "none" | "read" | "write" | "admin";

/** What git is to log in with over https. Never in an argument or a URL. */
export interface GitLogin {
  username: string;
  password: string;
}

/** A comment on a pull request, as it stands now. */
export interface ForgeComment {
  id: number;
  /** Login of whoever wrote it; null where the account is gone. */
  author: string | null;
  /** Whether we wrote it: by account, not by its text. */
  ours: boolean;
  body: string;
}

/** A forge: where verdicts are shown, and what only it knows. Each call may throw a `ForgeError`, and nothing else. */
export interface Forge {
  readonly kind: "github" | "gitea" | "gitlab";

  /** Shows a status, unless the commit shows exactly it already. A repeated call does no harm. */
  status(status: Status): Promise<"sent" | "unchanged">;

  /** Whether a commit shows exactly these statuses of its own, beside others. Asks once, however many they are. */
  shows(sha: string, statuses: readonly Status[]): Promise<boolean>;

  /** Open pull requests, all of them. */
  pullRequests(): Promise<PullRequest[]>;

  /** Full name of the ref that holds a pull request's head in this repository. */
  pullRef(number: number): string;

  /** May they approve? Asked each time: never taken from what a comment or delivery says. */
  permission(login: string): Promise<Permission>;

  /** All comments of a pull request, oldest first. */
  comments(pull: number): Promise<ForgeComment[]>;

  /**
   * Writes our one comment with this marker, or edits it when it says something else. `body` begins with the marker. A comment
   * of somebody else with our marker is left alone.
   */
  comment(pull: number, marker: string, body: string): Promise<"written" | "edited" | "unchanged">;

  /** Login for git over https, new each time where it is short-lived. */
  gitLogin(): Promise<GitLogin | null>;
}

/**
 * Why a forge did not do what it was asked.
 * - `limited`: too many requests; again after `retryAfter`.
 * - `unavailable`: it did not answer, or not as itself (5xx, no connection, time-out); again after a wait.
 * - `denied`: the token is wrong or may not do this (401, 403); not again until somebody has changed it.
 * - `gone`: the commit, pull request or repository is not there (404, 410); ends what was asked for.
 * - `full`: it takes no more statuses for this commit and context (GitHub: 1,000).
 * - `refused`: it says that the request is wrong (400, 409, 422), or its answer is not what it documents; a repetition does not help.
 */
export type ForgeFault = "limited" | "unavailable" | "denied" | "gone" | "full" | "refused";

/** `message` is for people: one line, no token, control characters shown as such. */
export class ForgeError extends Error {
  readonly fault: ForgeFault;
  /** Seconds to wait before it is asked again; null where the forge does not say. */
  readonly retryAfter: number | null;

  constructor(fault: ForgeFault, message: string, retryAfter: number | null = null) {
    super(message);
    this.fault = fault;
    this.retryAfter = retryAfter;
  }
}
