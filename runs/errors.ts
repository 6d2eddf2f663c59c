import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";

/** Why something cannot be done with a run, or with a recipe that is to become one. */
export type Refusal =
  /** `texts` are those that findings point into, by file. */
  | { why: "recipe-invalid"; diagnostics: Diagnostic[]; texts: ReadonlyMap<string, string> }
  /** `none`: the store has no run at all. */
  | { why: "run-unknown"; name: string; none: boolean }
  | { why: "run-ambiguous"; name: string; runs: string[] }
  | { why: "run-over"; run: string; status: RunRecord["status"] }
  | { why: "run-done"; run: string }
  | { why: "run-at-work"; run: string; workers: string[] }
  /** The folder that a run works in is not there. */
  | { why: "folder-gone"; run: string; folder: string }
  | { why: "step-unknown"; step: string; steps: string[] }
  | { why: "output-unknown"; step: string; output: string; outputs: string[] }
  | { why: "output-damaged"; step: string; output: string; defect: string }
  /** Something lies where an output is to be copied to. */
  | { why: "place-taken"; place: string }
  /** It is over, or told to end, and has no record. */
  | { why: "record-missing"; run: string }
  /** Its workflow failed before it could write a record; `code` is the failure's. */
  | { why: "run-broken"; run: string; recipe: string; code: string; message: string }
  /** A worker process of its own ended before it took the run; `log` is what it wrote. */
  | { why: "worker-lost"; run: string; log: string };

/** A refusal for a log: its name, and what it is about. */
function logged({ why, ...about }: Refusal): string {
  if (!("diagnostics" in about)) return `${why} ${JSON.stringify(about)}`;
  const found = about.diagnostics.map(
    ({ code, file, line, column, message }) => `${code} ${file}:${line}:${column} ${message}`,
  );
  return [why, ...found].join("\n");
}

/** Something that cannot be done with a run. Whoever called says it in words of his own; the message is for logs. */
export class RunError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(logged(refusal));
    this.refusal = refusal;
  }
}
