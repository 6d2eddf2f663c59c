"""Training arguments that both trainers take, from the job."""

from __future__ import annotations

from typing import Any

from .job import Job
from .loading import on_gpu

OPTIMIZERS = {"adamw": "adamw_torch"}


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
        "bf16": on_gpu(),
        "use_cpu": not on_gpu(),
        "gradient_checkpointing": on_gpu(),
        # Every trainable weight has a gradient in every step; one that has none is an error, not a slower search.
        "ddp_find_unused_parameters": False,
    }
