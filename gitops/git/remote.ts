import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { GitError } from "./git-error.ts";

/** Where git fetches from, and with what it shows who it is. */
export interface Remote {
  url: string;
  /**
   * For https; null for none. Asked for each time, since those of an App end after an hour. Never kept, logged or put into
   * arguments.
   */
  token: (() => Promise<{ user: string; password: string } | null>) | null;
  /** Absolute path of a private key for ssh; null for the user's own. */
  sshKey: string | null;
}

/** What each forge takes as the user of a token. */
const USERS = { none: "token", github: "x-access-token", gitea: "token", gitlab: "oauth2" } as const;

/** The remote of a repository whose token is a variable of `environment`. Throws GitError where that is not set, when it is needed. */
export const remoteOf = (
  { url, forge, token, sshKey }: Pick<ServedRepository, "url" | "forge" | "token" | "sshKey">,
  environment: NodeJS.ProcessEnv,
): Remote => ({
  url,
  sshKey,
  token:
    token === null
      ? null
      : async () => {
          const password = environment[token.env];
          if (!password)
            throw new GitError("denied", `The variable ${token.env}, which holds the token, is not set.`);
          return { user: USERS[forge], password };
        },
});
