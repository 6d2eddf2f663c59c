// Generated from schemas/trainer-result.schema.json by `npm run generate`. Do not edit.
/** What a trainer leaves at its end. */
export interface TrainerResult {
  /** Whether it did its work; then it has metrics, else a code and a message. */
  ok: boolean;
  metrics?: {
    [k: string]: number;
  };
  /** Why it failed, as in docs/durability.md. */
  code?:
    | "exit"
    | "oom"
    | "nan"
    | "timeout"
    | "stalled"
    | "unavailable"
    | "killed"
    | "gate"
    | "data"
    | "model"
    | "disk"
    | "environment"
    | "unexpected";
  /** What happened and what to do. */
  message?: string;
}
