// Generated from activities/data-reverse-thinking/schema.json by `npm run generate`. Do not edit.
/** Build what a model learns to reply: the letter alone, and reverse thinking from paired questions. */
export interface DataReverseThinkingParams {
  /** Questions, each with its opposite or paired by video and task. */
  dataset: string;
  /** The reasoning's text: ours, in which both questions are of one family, or ST-R1's. */
  template?: "corrected" | "as-released";
  /** The regular target: the bare letter, as ST-R1's code trains, or the letter in an answer tag. */
  letter?: "bare" | "tagged";
}
