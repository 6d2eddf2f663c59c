import { oneLine } from "./names.ts";

/** Why git could not do something; what to do follows from it. */
export type GitFault =
  /** There is no git, or one that is too old. */
  | "git-missing"
  /** The remote did not answer in time, or not at all: try again later. */
  | "unreachable"
  /** It wants another token or key. */
  | "denied"
  /** It has no such repository. */
  | "gone"
  /** It does not speak as it should, sends objects that are broken, or sends us elsewhere. */
  | "refused"
  /** Larger than the limits allow. */
  | "too-large"
  /** No room left here. */
  | "disk"
  /** Objects of the mirror are missing or broken, and could not be fetched again. */
  | "damaged"
  /** A commit, ref or file is not there. */
  | "unknown"
  | "failed";

/** Something that git could not do; the message is a sentence without secrets and control characters. */
export class GitError extends Error {
  readonly fault: GitFault;

  constructor(fault: GitFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }

  /** Whether it may go better by itself later. */
  get passes(): boolean {
    return this.fault === "unreachable" || this.fault === "disk";
  }
}

const SIGNS: readonly [GitFault, RegExp][] = [
  ["disk", /No space left on device|Disk quota exceeded/i],
  [
    "gone",
    /repository .* not found|does not appear to be a git repository|HTTP 404|error: 404|not exported/i,
  ],
  [
    "denied",
    /Authentication failed|could not read (?:Username|Password)|Permission denied|HTTP 401|HTTP 403|error: 40[13]|Host key verification failed|dubious ownership|access denied/i,
  ],
  [
    "unreachable",
    /Could not resolve host|Connection (?:refused|reset|timed out|closed)|unable to access .*(?:timed out|Failed to connect|Could not connect)|Failed to connect|Operation (?:timed out|too slow)|unable to connect|HTTP 5\d\d|error: (?:429|5\d\d)|early EOF|hung up unexpectedly|unexpected disconnect|RPC failed|network is unreachable/i,
  ],
  [
    "refused",
    /transport .* not allowed|redirect|error: 3\d\d|fsck error|invalid index-pack output|protocol error|strange pathname|strange hostname/i,
  ],
];

/** What kind of failure git's words speak of. */
export const faultOf = (words: string): GitFault =>
  SIGNS.find(([, sign]) => sign.test(words))?.[0] ?? "failed";

/** The line of git's words that says the most. */
export function saidBy(words: string): string {
  const lines = words
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const said = lines.filter((line) => /^(?:fatal|error|ssh|remote):/i.test(line));
  return oneLine((said.length > 0 ? said : lines).slice(0, 3).join("; "));
}
