import { expect, test } from "vitest";
import { accelerateConfig } from "../../programs/accelerate-config.ts";

const config = (params: Record<string, unknown>, gpu = 4) =>
  accelerateConfig({ params, processes: 4, resources: { cpu: 16, gpu, memoryGb: 64 } });

test("without sharding each process has all weights, and the precision is the trainer's", () => {
  const common = { compute_environment: "LOCAL_MACHINE", num_machines: 1, num_processes: 4 };
  const plain = { ...common, distributed_type: "MULTI_GPU", mixed_precision: "no" };
  expect(config({ sharding: "none", precision: "bf16" })).toEqual({ ...plain, use_cpu: false });
  // A kind that has no such parameters.
  expect(config({}, 0)).toEqual({ ...plain, use_cpu: true });
});

test("zero-3 is DeepSpeed's stage 3", () => {
  expect(config({ sharding: "zero-3", precision: "auto" })).toMatchObject({
    distributed_type: "DEEPSPEED",
    mixed_precision: "bf16",
    deepspeed_config: { zero_stage: 3, zero3_save_16bit_model: true },
  });
});

test("fsdp is version 2, with activations computed again unless the recipe says no", () => {
  const fsdp = { fsdp_version: 2, fsdp_auto_wrap_policy: "TRANSFORMER_BASED_WRAP" };
  expect(config({ sharding: "fsdp", precision: "auto", activation_checkpointing: "auto" })).toMatchObject({
    distributed_type: "FSDP",
    mixed_precision: "bf16",
    fsdp_config: { ...fsdp, fsdp_activation_checkpointing: true },
  });
  expect(config({ sharding: "fsdp", precision: "fp32", activation_checkpointing: false })).toMatchObject({
    mixed_precision: "no",
    fsdp_config: { ...fsdp, fsdp_activation_checkpointing: false },
  });
});
