// Generated from activities/eval-open/schema.json by `npm run generate`. Do not edit.
/** Replies of a local model to the open questions of one split, greedy. eval/judge scores them. */
export interface EvalOpenParams {
  /** Model to evaluate. */
  model: string;
  /** Samples generated at once. Shorter prompts are padded to the longest of their batch, which alters their numbers a little: another size may give other replies. */
  batch_size?: number;
  /** Frames and questions. */
  dataset: string;
  /** Split to evaluate on. */
  split: string;
  /** Frames per clip; must be what frames/extract cut. */
  frames?: number;
  /** Most new tokens of a reply. ST-R1's inference code allows 512. */
  max_completion_length?: number;
}
