import type { GitError, GitFault } from "../../gitops/git/git-error.ts";
import { EXIT, UserError } from "../errors.ts";

const ADVICE: Record<GitFault, [exitCode: number, advice: string]> = {
  "git-missing": [EXIT.missing, ""],
  unreachable: [EXIT.missing, "Look at the network and the address, and try again."],
  denied: [EXIT.missing, "It wants another token or key: 'token' or 'ssh_key' in the server's file."],
  gone: [EXIT.missing, "Look at the address: there is no such repository, or this token may not see it."],
  refused: [EXIT.failed, ""],
  "too-large": [EXIT.failed, ""],
  disk: [EXIT.missing, "Make room, and try again."],
  damaged: [
    EXIT.failed,
    "The mirror could not be mended. Remove it below the store's 'gitops', and try again.",
  ],
  unknown: [EXIT.invalid, ""],
  failed: [EXIT.failed, ""],
};

/** What git could not do, in the user's words, with its exit code. */
export function explainGit({ fault, message }: GitError): UserError {
  const [exitCode, advice] = ADVICE[fault];
  return new UserError(exitCode, advice === "" ? message : `${message}\n${advice}`);
}
