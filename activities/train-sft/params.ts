// Generated from activities/train-sft/schema.json by `npm run generate`. Do not edit.
/** Supervised fine-tuning with QLoRA. Loss on the completion only. */
export interface TrainSftParams {
  /** Model to start from: a step's model, or <organisation>/<name>@<commit> on the Hugging Face hub. */
  model: string;
  /** Frames and questions to learn from. */
  dataset: string;
  /** Frames per clip; must be what frames/extract cut. */
  frames?: number;
  /** Split of the dataset to train on. */
  split: string;
  /** How a question is put to the model: plain (question and options), letter (asks for the letter alone), or tags (asks for thinking and an answer tag). */
  prompt?: "plain" | "letter" | "tags";
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
  /** Checkpoints without optimizer, schedule and random state, as ST-R1's code saves them. Such a checkpoint cannot be resumed. */
  save_only_model?: boolean;
  /** Numbers that the model computes in: auto is bf16 on a GPU, as in ST-R1's code, and fp32 on a CPU. What is trained is kept in float32 in any case, but under zero-3, which has float32 copies of its own. */
  precision?: "auto" | "bf16" | "fp32";
  /** Which code computes attention; auto leaves it to transformers, which takes sdpa. flash-attention-2 needs a GPU and the package flash-attn. */
  attention?: "auto" | "eager" | "sdpa" | "flash-attention-2";
  /** Whether activations are computed again in the backward pass instead of kept: less memory, about a fifth slower. auto does so on a GPU. With fsdp the setting goes to accelerate's fsdp_activation_checkpointing. */
  activation_checkpointing?: "auto" | true | false;
  /** How the weights are divided among the processes: none (each has all), zero-3 (DeepSpeed's ZeRO stage 3, as ST-R1's code has it), or fsdp (torch's FSDP2, wrapped layer by layer). Both need GPUs, zero-3 the package deepspeed as well, and neither goes with 4-bit weights. */
  sharding?: "none" | "zero-3" | "fsdp";
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
  /** What the model learns to reply: the bare letter (regular SFT), or the opposite way first (CoT SFT). */
  target?: "letter" | "reverse-thinking";
  /** Precision of the frozen base: 4-bit is nf4 with double quantisation, as in ST-R1's code. */
  quantization?: "4-bit" | "none";
  /** Rank of the adapter. */
  lora_rank?: number;
  /** Scale of the adapter. */
  lora_alpha?: number;
  /** Dropout before the adapter. */
  lora_dropout?: number;
  /**
   * Layers that get an adapter: without it the four attention projections of the language model.
   *
   * @minItems 1
   */
  lora_target_modules?: [string, ...string[]];
}
