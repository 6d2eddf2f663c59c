/** Exit codes of every command; the table stands in the README. */
export const EXIT = {
  done: 0,
  failed: 1,
  invalid: 2,
  notReproduced: 3,
  cancelled: 4,
  missing: 5,
  /** `plan --exit-code` only. */
  somethingToDo: 6,
  interrupted: 130,
} as const;

/** Failures that are this machine's: it lacks something, or has no room. */
const MISSING: ReadonlySet<string | undefined> = new Set(["environment", "disk"]);

/** The exit code of a run that failed, by its failure's code. */
export const exitCodeOfFailure = (code: string | undefined): number =>
  MISSING.has(code) ? EXIT.missing : EXIT.failed;

/** An error for the user: what happened, and what to do. Everything else is a bug and says so. */
export class UserError extends Error {
  readonly exitCode: number;
  /** What the JSON document says beside the message. */
  readonly details: object;

  constructor(exitCode: number, message: string, details: object = {}) {
    super(message);
    this.exitCode = exitCode;
    this.details = details;
  }
}
