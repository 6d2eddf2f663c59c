// Generated from activities/eval-mcq/schema.json by `npm run generate`. Do not edit.
/** Multiple-choice accuracy of a local model on one split, greedy, with interval and baselines. */
export interface EvalMcqParams {
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
  /** How a question is put to the model: plain (question and options), letter (asks for the letter alone), or tags (asks for thinking and an answer tag). */
  prompt?: "plain" | "letter" | "tags";
}
