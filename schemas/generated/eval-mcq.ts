// Generated from schemas/kinds/eval-mcq.schema.json by `npm run generate`. Do not edit.
/**
 * Multiple-choice accuracy on one split, greedy, with interval and baselines.
 */
export interface EvalMcqParams {
  /**
   * Model to evaluate.
   */
  model: string;
  /**
   * Frames and questions.
   */
  dataset: string;
  /**
   * Split to evaluate on.
   */
  split: string;
  /**
   * Frames per clip; must be what frames/extract cut.
   */
  frames?: number;
  /**
   * Most new tokens of a reply. The released inference code allows 512.
   */
  max_completion_length?: number;
  /**
   * Samples generated at once.
   */
  batch_size?: number;
}
