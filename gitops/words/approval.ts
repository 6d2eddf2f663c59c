/** What somebody approves by a comment: a commit, and the plans that were shown when it was written. */
interface ApprovalWords {
  sha: string;
  digests: string[];
}

// Fewer digits could be met by chance, or by somebody's search.
const LEAST_DIGITS = 12;
const LINE = new RegExp(
  String.raw`^/reprise approve (?<sha>[0-9a-f]{40}|[0-9a-f]{64})(?<digests>(?: [0-9a-f]{${LEAST_DIGITS},64})+)\s*$`,
);

/** The line that approves a commit's plans, each named by the beginning of its digest. */
export const approvalLine = (sha: string, digests: readonly string[]): string =>
  ["/reprise approve", sha, ...digests.map((digest) => digest.slice(0, LEAST_DIGITS))].join(" ");

/** The approvals in a comment: lines that hold nothing else. A quoted line, or one in a block of code, is none. */
export function approvalsIn(body: string): ApprovalWords[] {
  let fenced = false;
  return body.split(/\r\n|\n|\r/).flatMap((line) => {
    if (/^ {0,3}(?:```|~~~)/.test(line)) fenced = !fenced;
    const found = fenced ? null : LINE.exec(line);
    const { sha, digests } = found?.groups ?? {};
    return sha === undefined || digests === undefined ? [] : [{ sha, digests: digests.trim().split(" ") }];
  });
}
