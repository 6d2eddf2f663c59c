// Generated from activities/model-tiny/schema.json by `npm run generate`. Do not edit.
/** Build a tiny Qwen2-VL offline and train all of its weights for a short time, so that it can see: the stand-in for a pretrained model. */
export interface ModelTinyParams {
  /** Frames and questions to learn from. */
  dataset: string;
  /** Frames per clip; must be what frames/extract cut. */
  frames?: number;
  /** Split of the dataset to train on. */
  split: string;
  /** Batches per device added up before an optimizer step. */
  gradient_accumulation_steps?: number;
  /** Weight decay of AdamW. */
  weight_decay?: number;
  /** Highest learning rate of the schedule. */
  learning_rate: number;
  /** Gradients are clipped to this norm. */
  max_grad_norm?: number;
  /** Optimizer steps between two logged metrics. */
  logging_steps?: number;
  /** Seed of everything random in this step. */
  seed?: number;
  /** Optimizer. */
  optimizer?: "adamw";
  /** How the learning rate falls. */
  learning_rate_schedule?: "cosine" | "linear" | "constant";
  /** Rows per device and batch. */
  batch_size_per_device?: number;
  /** Passes over the data. */
  epochs?: number;
  /** Share of the steps during which the learning rate rises. */
  warmup_ratio?: number;
  /** Width of the language model. */
  hidden_size?: number;
  /** Layers of the language model. */
  layers?: number;
  /** Tokens of the byte-level BPE that is trained on the questions. */
  vocabulary?: number;
}
