"""train/grpo: reinforcement learning on TRL's stock GRPOTrainer."""

from __future__ import annotations

from functools import wraps
from typing import Any

import transformers
from transformers import set_seed
from trl import GRPOConfig, GRPOTrainer

from ..asking.logits import watch_rollouts
from ..checkpoints.sampling import keep_order
from ..checkpoints.saving import keep_checkpoints
from ..data.dataset import as_dataset, read_rows, rollout_records, trainable
from ..data.prompts import prompt_text
from ..job.errors import StepError
from ..job.events import Events
from ..job.job import Job
from ..models import families
from ..models.family import Family, Inputs, Prepare
from ..models.lora import lora_config, require_all_targets
from ..models.weights import require_finite_inputs, require_finite_output
from ..processes import ranks
from ..rewards.functions import REWARDS, Reward
from ..rewards.watch import PATIENCE as REWARD_PATIENCE
from ..rewards.watch import WatchRewards
from ..training import gates
from ..training.arguments import ROLLOUTS, model_arguments, shared_arguments
from ..training.asked_places import compute_asked
from ..training.beside import read_ahead, thread_beside
from ..training.epochs import tell_rollouts
from ..training.head import fit_tiles
from ..training.health import LOWER, StopWhenNotFinite, require_finite_model
from ..training.merging import merge_and_check
from ..training.parts import train_in_parts
from ..training.prepared import prepare_ahead
from ..training.progress import ReportProgress
from ..training.reference import reference_of, score_beside
from ..training.settings import require_here, require_sense
from ..training.shared_prompts import share_prompts
from ..training.supervised import keep_trainable_in_float32, run_to_the_end, summary
from ..training.unscaled import leave_unscaled

# Groups without a second distinct completion before the run is stopped as greedy.
PATIENCE = 40


def grpo_config(job: Job, suppress_tokens: list[int]) -> GRPOConfig:
    """The parameters as TRL's fields. A batch may count prompts, TRL's counts completions."""
    params = job.params
    in_vllm = ROLLOUTS[params.get("rollouts", "transformers")]
    completions_per_row = 1 if params["batch_unit"] == "completions" else params["group_size"]
    return GRPOConfig(
        per_device_train_batch_size=params["batch_size_per_device"] * completions_per_row,
        steps_per_generation=params["steps_per_generation"] or None,
        num_generations=params["group_size"],
        beta=params["beta"],
        max_steps=params["steps"] if params["steps"] else -1,
        max_completion_length=params["max_completion_length"],
        temperature=params["temperature"],
        # Written out: a Qwen2-VL generation config carries top_k 1, which makes all rollouts equal.
        top_p=_unless_model(params["top_p"]),
        top_k=_unless_model(params["top_k"]),
        loss_type=params["loss_type"],
        scale_rewards=params["scale_rewards"],
        num_iterations=params["num_iterations"],
        # The released code uses the plain k3 estimator.
        use_bias_correction_kl=False,
        reward_weights=list(params["rewards"].values()),
        use_vllm=in_vllm,
        # The class takes any text: the schema's choice is the check.
        vllm_mode="colocate",
        # vLLM knows no suppress_tokens; -100 is its lowest bias.
        generation_kwargs={"logit_bias": dict.fromkeys(suppress_tokens, -100.0)}
        if in_vllm
        else {"suppress_tokens": suppress_tokens},
        model_init_kwargs=model_arguments(params, "none"),
        **shared_arguments(job),
    )


def _unless_model(value: Any) -> Any:
    """None leaves a sampling value to the model's own generation config."""
    return None if value == "model" else value


def watched(reward: Reward, groups: gates.DistinctGroups) -> Reward:
    """The same reward, with the groups watched for greedy rollouts."""

    @wraps(reward)
    def wrapper(completions: list[Any], **kwargs: Any) -> list[float | None]:
        groups.watch([completion[0]["content"] for completion in completions])
        return reward(completions=completions, **kwargs)

    return wrapper


def run(job: Job, events: Events) -> dict[str, Any]:
    """Writes the trained model, merged if an adapter was trained; returns the last logged metrics."""
    params, model = job.params, job.inputs["model"]
    require_here(params)
    require_sense(params)
    family = families.of_model(model)
    set_seed(job.seed)
    read = read_rows(job.inputs["dataset"], params["split"], params["frames"], clips=family.takes_clips)
    rows = trainable(read, events)
    processor = family.load_processor(model, params["frames"], padding_side="left")
    try:
        args = grpo_config(job, family.forbidden_tokens(processor))
    except ValueError as error:
        raise StepError("model", f"TRL refuses the settings: {error}") from error
    tell_rollouts(args, len(rows), events)
    require_finite_inputs(job)
    records = as_dataset(rollout_records(rows, params["prompt"]))
    strip = records[0]["images"][0] if family.takes_clips else None
    clip_tokens = 0 if strip is None else family.clip_tokens(processor, strip)
    texts = [(row["id"], prompt_text(row, params["prompt"])) for row in rows]
    gates.prompts_fit(texts, processor, params["max_prompt_length"], clip_tokens, events)
    groups = gates.DistinctGroups(params["group_size"], PATIENCE, events)
    names, resume = list(params["rewards"]), job.checkpoints.resume
    adapter = params["trainable"] == "adapter"
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=[watched(REWARDS[names[0]], groups), *(REWARDS[name] for name in names[1:])],
        train_dataset=records,
        processing_class=processor,
        peft_config=lora_config(params) if adapter else None,
        callbacks=[ReportProgress(events)],
        args=args,
    )
    require_all_targets(trainer.model)
    fit_tiles(trainer)
    trainer.remove_callback(transformers.PrinterCallback)
    watch_rollouts(trainer)
    _compute_no_more_than_needed(trainer, family, job)
    rewards = WatchRewards(trainer, params["rewards"], params.get("equal_rewards_patience", REWARD_PATIENCE), events)
    rewards.resume(resume)
    trainer.add_callback(StopWhenNotFinite(trainer))
    trainer.add_callback(rewards)
    keep_checkpoints(trainer, job.checkpoints, events, lambda: generation_is_used_up(trainer))
    keep_order(trainer, resume)
    keep_trainable_in_float32(trainer.model, params)
    require_finite_model(trainer.model)
    if strip is not None:
        gates.pixels_reach_loss(trainer.model, family, _probe(family, processor, rows[0], strip, trainer), events)
    run_to_the_end(trainer, job, events)
    if not adapter:
        trainer.save_model(str(job.outputs["model"]))
    if ranks.is_main():
        if adapter:
            merge_and_check(
                trainer.model,
                events,
                family=family,
                source=model,
                frames=params["frames"],
                directory=job.outputs["model"],
            )
        else:
            require_finite_output(job.outputs["model"], LOWER)
            family.load_processor(model, params["frames"]).save_pretrained(job.outputs["model"])
    return {**summary(trainer), "equal_rewards_steps": rewards.seen.steps}


def generation_is_used_up(trainer: Any) -> bool:
    """Whether the next batch comes from a new generation: only there TRL's state is whole.

    TRL counts batches. In optimizer steps a generation has no constant length: the last one of an epoch may be short.
    """
    args = trainer.args
    return trainer._step % (args.steps_per_generation * args.num_iterations) == 0


def _compute_no_more_than_needed(trainer: Any, family: Family, job: Job) -> None:
    _use_core_beside(trainer, job, family.share_clips(trainer))
    compute_asked(trainer)
    leave_unscaled(trainer)
    # Last: a reference is a copy of the model's modules.
    share_prompts(trainer)


def _use_core_beside(trainer: Any, job: Job, prepare: Prepare | None) -> None:
    thread = thread_beside(trainer, job)
    if thread is None:
        return
    reference = reference_of(trainer)
    if reference is not None:
        score_beside(trainer, reference, thread)
    if prepare is None:
        read_ahead(trainer, thread)
    else:
        prepare_ahead(trainer, thread, prepare)
    # A reference is a copy of the model's modules.
    train_in_parts(trainer, thread)


def _probe(family: Family, processor: Any, row: dict[str, Any], strip: Any, trainer: Any) -> Inputs:
    batch = family.example(processor, row["question"], strip, row["targets"].get("letter", row["answer"]))
    batch["labels"] = batch["input_ids"].clone()
    return {name: value.to(trainer.model.device) for name, value in batch.items()}
