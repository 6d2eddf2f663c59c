"""Training arguments that both trainers take, from the job."""

from __future__ import annotations

from typing import Any

from ..job.job import Job
from ..models.loading import init_kwargs, on_gpu

OPTIMIZERS = {"adamw": "adamw_torch"}
ATTENTION = {"auto": None, "eager": "eager", "sdpa": "sdpa", "flash-attention-2": "flash_attention_2"}
# Whether vLLM makes them.
ROLLOUTS = {"transformers": False, "vllm-colocate": True}


def in_bf16(params: dict[str, Any]) -> bool:
    """Whether the model computes in bfloat16: `auto` does on a GPU. model/tiny has no such parameter."""
    precision = params.get("precision", "auto")
    return on_gpu() if precision == "auto" else precision == "bf16"


def recomputes(params: dict[str, Any]) -> bool:
    """Whether activations are computed again in the backward pass, by whichever library: `auto` does on a GPU."""
    wanted = params.get("activation_checkpointing", "auto")
    return on_gpu() if wanted == "auto" else wanted


def model_arguments(params: dict[str, Any], quantization: str) -> dict[str, Any]:
    """Arguments of from_pretrained for the model that is trained."""
    dtype = "bfloat16" if in_bf16(params) else "float32"
    return init_kwargs(quantization, dtype, ATTENTION[params.get("attention", "auto")])


def shared_arguments(job: Job) -> dict[str, Any]:
    """Fields of transformers' TrainingArguments; the schedule's names in recipes are transformers' own."""
    params = job.params
    return {
        "output_dir": str(job.checkpoints.directory),
        "gradient_accumulation_steps": params["gradient_accumulation_steps"],
        "num_train_epochs": params["epochs"],
        "learning_rate": params["learning_rate"],
        "lr_scheduler_type": params["learning_rate_schedule"],
        "max_grad_norm": params["max_grad_norm"],
        # GRPO's table names no optimizer; the released code uses AdamW in both stages.
        "optim": OPTIMIZERS[params.get("optimizer", "adamw")],
        "weight_decay": params["weight_decay"],
        # SaveCheckpoints decides when.
        "save_strategy": "no",
        "save_total_limit": job.checkpoints.keep,
        # .get: model/tiny always saves whole checkpoints.
        "save_only_model": params.get("save_only_model", False),
        "logging_steps": params["logging_steps"],
        # The default hides a loss that is no number.
        "logging_nan_inf_filter": False,
        "report_to": [],
        "seed": job.seed,
        "data_seed": job.seed,
        "disable_tqdm": True,
        "bf16": in_bf16(params),
        "use_cpu": not on_gpu(),
        # FSDP has a setting of its own in accelerate.yaml, and both together are refused.
        "activation_checkpointing": recomputes(params) and params.get("sharding") != "fsdp",
        # Every trainable weight has a gradient in every step; one that has none is an error, not a slower search.
        "ddp_find_unused_parameters": False,
    }
