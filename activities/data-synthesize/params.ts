// Generated from activities/data-synthesize/schema.json by `npm run generate`. Do not edit.
/** Render first-person walks as H.264 videos, with questions derived from the known path. */
export interface DataSynthesizeParams {
  /** Seed of everything random in this step. */
  seed?: number;
  /** Number of clips per split. Splits never share a clip. */
  clips: {
    /** Clips of the split 'pretrain'. */
    pretrain?: number;
    /** Clips of the split 'sft'. */
    sft?: number;
    /** Clips of the split 'grpo'. */
    grpo?: number;
    /** Clips of the split 'eval'. */
    eval?: number;
  };
  /** Width and height of the videos, in pixels; even. */
  size?: number;
  /** Quality of libx264, 0 (lossless) to 51. */
  crf?: number;
  /** Rows per clip of the split 'pretrain': half descriptions, half questions. */
  pretrain_rows_per_clip?: number;
  /** Share of the pretraining rows about the way back that are answered as if the way there had been asked. It stands in for a base model that cannot think in reverse. */
  reverse_error_rate?: number;
  /** Share of the pretraining questions that are answered in tags, <answer>B</answer>, as those of the other splits are; the rest gives the letter alone. It stands in for a base model that was not trained for the format. */
  tagged_answer_rate?: number;
}
