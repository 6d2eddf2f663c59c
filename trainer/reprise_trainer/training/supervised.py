"""Supervised training with TRL's stock SFTTrainer, shared by model/tiny and train/sft."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import transformers
from peft import LoraConfig, PeftModel
from transformers import set_seed
from trl import SFTConfig, SFTTrainer

from ..checkpoints.saving import keep_checkpoints, require_resumable
from ..data.dataset import Row, as_dataset, supervised_records
from ..job.errors import StepError
from ..job.events import Events, finite
from ..job.job import Job
from ..models.family import Family
from ..models.lora import require_all_targets
from ..models.weights import require_finite_output
from ..processes import ranks, stop
from . import gates
from .arguments import model_arguments, shared_arguments
from .asked_places import compute_asked
from .beside import read_ahead, thread_beside
from .counted import count_once
from .epochs import tell_supervised
from .head import fit_tiles
from .health import LOWER, StopWhenNotFinite, TellStandstill, require_finite_model
from .progress import ReportProgress
from .unpacked import keep_unpacked


def sft_config(job: Job, quantization: str) -> SFTConfig:
    """Table 6 as TRL's fields."""
    params = job.params
    return SFTConfig(
        per_device_train_batch_size=params["batch_size_per_device"],
        # A float below 1 is a ratio since transformers 5.
        warmup_steps=params["warmup_ratio"],
        # The default of 1024 cuts vision tokens, or the answer and with it the loss.
        max_length=None,
        model_init_kwargs=model_arguments(params, quantization),
        **shared_arguments(job),
    )


def train_supervised(
    job: Job,
    events: Events,
    *,
    family: Family,
    model: str,
    rows: list[Row],
    target: str,
    quantization: str,
    lora: LoraConfig | None,
) -> SFTTrainer:
    """Train on prompt and completion, loss on the completion. Returns the trainer after its last step.

    Raises StepError when a gate fails, when a step gives what is not finite, or when fewer optimizer steps were made
    than planned.
    """
    params = job.params
    # Before the trainer: LoRA's initialisation is drawn before the trainer seeds itself.
    set_seed(job.seed)
    processor = family.load_processor(model, params["frames"])
    records = supervised_records(rows, target, params.get("prompt", "plain"))
    gates.targets_keep_their_text([(row["id"], row["targets"][target]) for row in rows], processor)
    args = sft_config(job, quantization)
    tell_supervised(args, len(rows), events)
    trainer = SFTTrainer(
        model=model,
        train_dataset=as_dataset(records),
        processing_class=processor,
        peft_config=lora,
        callbacks=[ReportProgress(events), TellStandstill(events, len(processor.tokenizer))],
        args=args,
    )
    require_all_targets(trainer.model)
    fit_tiles(trainer)
    compute_asked(trainer)
    keep_unpacked(trainer)
    count_once(trainer)
    read_ahead(trainer, thread_beside(trainer, job))
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.add_callback(StopWhenNotFinite(trainer))
    keep_checkpoints(trainer, job.checkpoints, events)
    keep_trainable_in_float32(trainer.model, params)
    require_finite_model(trainer.model)
    batch = gates.first_batch(trainer)
    gates.labels_cover_completion(batch, processor, [row["targets"][target] for row in rows], events)
    if family.takes_clips:
        family.keep_clips(trainer)
        gates.pixels_reach_loss(trainer.model, family, batch, events)
    run_to_the_end(trainer, job, events)
    return trainer


def keep_trainable_in_float32(model: Any, params: dict[str, Any]) -> None:
    """Resume exactly: TRL casts a quantised model's adapter to bfloat16, PEFT loads it back as float32.

    ZeRO keeps float32 copies of its own. FSDP2 casts to float32 as well, but only when the training begins.
    """
    if params.get("sharding") == "zero-3":
        return
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def load_by_module_names(trainer: Any) -> None:
    """Resume exactly: the trainer looks for a checkpoint's tensors by the names in its file.

    A whole model may be saved under other names than its modules have, as Qwen2-VL is, and all tensors but
    one would be skipped with a warning. from_pretrained knows both names.
    """
    if isinstance(trainer.model, PeftModel):
        return

    def load(checkpoint: str, model: Any = None) -> None:
        target = trainer.model if model is None else model
        saved = type(target).from_pretrained(checkpoint, dtype=target.dtype)
        target.load_state_dict(saved.state_dict())

    trainer._load_from_checkpoint = load


def stop_where_all_is_done(trainer: Any) -> None:
    """Resume exactly: within an epoch the trainer looks whether it is through only after one more step.

    So from a checkpoint of the last step, which a worker may die right after, it would train that step too.
    """
    run_epoch = trainer._run_epoch

    def run(*args: Any, **options: Any) -> None:
        if trainer.state.global_step < trainer.state.max_steps:
            run_epoch(*args, **options)
        else:
            trainer.control.should_training_stop = True

    trainer._run_epoch = run


def run_to_the_end(trainer: Any, job: Job, events: Events) -> None:
    """Train, resuming where the job says, and insist on the planned number of steps."""
    resume = job.checkpoints.resume
    if resume:
        require_resumable(resume)
        # A sharded checkpoint is loaded by the library that divides the weights.
        if job.params.get("sharding", "none") == "none":
            load_by_module_names(trainer)
        stop_where_all_is_done(trainer)
    dtypes = _trainable_dtypes(trainer.model)
    with stop.watched():
        trainer.train(resume_from_checkpoint=str(resume) if resume else None)
    if _trainable_dtypes(trainer.model) != dtypes:
        raise StepError("gate", f"Trainable weights changed precision while training: {dtypes} before.")
    if trainer.state.global_step != trainer.state.max_steps:
        raise StepError(
            "model", f"Training ended after {trainer.state.global_step} of {trainer.state.max_steps} planned steps."
        )


def summary(trainer: Any) -> dict[str, Any]:
    """Numbers for the result file, from the trainer's own log."""
    history = trainer.state.log_history
    last = next((entry for entry in reversed(history) if "loss" in entry), {})
    return {"steps": trainer.state.global_step, **finite({k: v for k, v in last.items() if k not in ("step", "epoch")})}


def save_with_processor(trainer: Any, family: Family, model: str, frames: int, directory: Path) -> None:
    """Save what was trained together with its processor, so that the directory loads on its own.

    What would differ from run to run is left out: the model card and the base's path, and the order of a set.
    """
    # In every process: weights that are spread over them are gathered here, and the first one writes.
    trainer.save_model(str(directory))
    if not ranks.is_main():
        return
    require_finite_output(directory, LOWER)
    family.load_processor(model, frames).save_pretrained(directory)
    for name in ("training_args.bin", "README.md"):
        (directory / name).unlink(missing_ok=True)
    config = directory / "adapter_config.json"
    if config.exists():
        values = json.loads(config.read_text(encoding="utf-8"))
        values["base_model_name_or_path"] = None
        values["target_modules"] = sorted(values["target_modules"])
        config.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _trainable_dtypes(model: Any) -> set[str]:
    return {str(parameter.dtype) for parameter in model.parameters() if parameter.requires_grad}
