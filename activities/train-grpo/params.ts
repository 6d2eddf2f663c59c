// Generated from activities/train-grpo/schema.json by `npm run generate`. Do not edit.
/** Reinforcement learning by GRPO. */
export interface TrainGrpoParams {
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
  /** Seed of everything random in this step. */
  seed?: number;
  /** Longest prompt in tokens, vision tokens included. Checked, never cut. */
  max_prompt_length?: number;
  /** Weight of the KL term. */
  beta?: number;
  /** Completions per prompt. */
  group_size?: number;
  /** Batch per device, in batch_unit. The trainer counts completions: prompts times group size. */
  batch_size_per_device?: number;
  /** What batch_size_per_device counts: prompts, or completions, as the trainer does. With completions, a group may be spread over devices and accumulated batches. */
  batch_unit?: "prompts" | "completions";
  /** Batches that one generation of completions serves; 0 means as many as are accumulated. */
  steps_per_generation?: number;
  /** Updates on each generation. ST-R1's code makes one. */
  num_iterations?: number;
  /** How the learning rate falls. Library default of ST-R1's code: linear. */
  learning_rate_schedule?: "linear" | "cosine" | "constant";
  /** All weights (ST-R1's code), or a LoRA adapter that is merged at the end. */
  trainable?: "all" | "adapter";
  /** How the weights are divided among the processes: none (each has all), zero-3 (DeepSpeed's ZeRO stage 3, as ST-R1's code has it), or fsdp (torch's FSDP2, wrapped layer by layer). Both need GPUs, zero-3 the package deepspeed as well, and neither goes with 4-bit weights. */
  sharding?: "none" | "zero-3" | "fsdp";
  /** What generates the completions: transformers, or vllm-colocate (vLLM on the GPUs that train). The latter needs a GPU and the package vllm, and is refused for clips: vLLM would see one as a tall picture. */
  rollouts?: "transformers" | "vllm-colocate";
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
  /** Optimizer steps; 0 means as many as the epochs take. */
  steps?: number;
  /** Passes over the data when steps is 0. */
  epochs?: number;
  /** Most new tokens of a rollout. Library default of ST-R1's code: 256. */
  max_completion_length?: number;
  /** Temperature of the rollouts. */
  temperature?: number;
  /** Nucleus of the rollouts; 1 switches it off, 'model' leaves it to the model's generation config. */
  top_p?: number | "model";
  /** Candidates of the rollouts; 0 switches it off, 'model' leaves it to the model's generation config. */
  top_k?: number | "model";
  /** How token losses are averaged; grpo is the per-sequence mean of ST-R1's code. */
  loss_type?: "grpo" | "dapo" | "dr_grpo" | "bnpo";
  /** Advantages are divided by the standard deviation of this. */
  scale_rewards?: "group" | "batch" | "none";
  /** Rewards with their weights. */
  rewards?: {
    /** 1 for the gold letter in the answer tag. */
    accuracy?: number;
    /** 1 for an answer tag with one capital letter, after thinking or alone. */
    format?: number;
  };
  /** Optimizer steps in a row in which the rewards of every group are equal, such as all 0, after which the step stops: nothing is learnt from them. null or 0 (in an override null removes) never stops it. With 32 completions a step, 100 steps are 3,200: where not one of them is rewarded, fewer than 1 in 1,000 would be (95 %), and a whole training of 157 steps would see fewer than five. */
  equal_rewards_patience?: number | null;
}
