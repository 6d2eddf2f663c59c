import type { PlanStep } from "../schemas/plan.ts";

type Sharded = Pick<PlanStep, "params" | "processes" | "resources">;

/**
 * What `accelerate launch` reads of a training in several processes. The trainer refuses a key that accelerate does not
 * know: accelerate itself ignores one inside `fsdp_config` and `deepspeed_config`.
 */
export function accelerateConfig({ params, processes, resources }: Sharded): Record<string, unknown> {
  return {
    compute_environment: "LOCAL_MACHINE",
    num_machines: 1,
    num_processes: processes,
    use_cpu: resources.gpu === 0,
    ...sharding(params),
  };
}

function sharding(params: Sharded["params"]): Record<string, unknown> {
  const mixed_precision = params["precision"] === "fp32" ? "no" : "bf16";
  switch (params["sharding"]) {
    case "zero-3":
      return {
        distributed_type: "DEEPSPEED",
        mixed_precision,
        deepspeed_config: { zero_stage: 3, zero3_save_16bit_model: true },
      };
    case "fsdp":
      return { distributed_type: "FSDP", mixed_precision, fsdp_config: fsdp(params) };
    default:
      // Also on CPUs: accelerate's own word for them would start one process. The precision is in the trainer's arguments.
      return { distributed_type: "MULTI_GPU", mixed_precision: "no" };
  }
}

/** FSDP2 with the values of TRL's own accelerate_configs/fsdp2.yaml, apart from what a comment explains. */
const fsdp = (params: Sharded["params"]): Record<string, unknown> => ({
  fsdp_version: 2,
  // By the model's own list of layers that must not be split.
  fsdp_auto_wrap_policy: "TRANSFORMER_BASED_WRAP",
  fsdp_reshard_after_forward: true,
  fsdp_offload_params: false,
  fsdp_state_dict_type: "FULL_STATE_DICT",
  // The gates look at a model with all its weights, in every process.
  fsdp_cpu_ram_efficient_loading: false,
  // FSDP runs on GPUs only, where `auto` means yes.
  fsdp_activation_checkpointing: params["activation_checkpointing"] !== false,
});
