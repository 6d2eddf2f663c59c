"""What each kind of step takes at full size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch

from ..job.errors import StepError
from ..job.job import Checkpointing, Job
from ..models.family import Clip
from ..models.lora import lora_config
from ..training.arguments import in_bf16, model_arguments, recomputes
from ..training.settings import require_sense
from ..training.supervised import sft_config
from . import memory
from .architecture import Counts, architecture, count
from .fake_step import Batch, Step, by_depth, measure, measure_reading
from .measured import overhead, share_of_speed, token_seconds
from .on_gpus import as_on_gpus
from .sharding import sharding_plugin

# Words of a prompt and of a chain of thought. No tokenizer is at hand; the released rows have about so many.
PROMPT_TOKENS = 150
ANSWER_TOKENS = 150
# What a merge is checked on: frames, their width and height, and a few words.
PROBE_FRAMES, PROBE_FRAME, PROBE_TOKENS = 8, (56, 56), 20


@dataclass(frozen=True)
class Asked:
    """A step of a plan: its parameters with defaults, the model that it starts from, and the clips it sees.

    `accelerate` is the config that `accelerate launch` would get, None for one process.
    `frame` is the size of the largest frame in pixels, width and height.
    """

    id: str
    kind: str
    params: dict[str, Any]
    processes: int
    model: str
    frames: int
    frame: tuple[int, int]
    accelerate: dict[str, Any] | None = None

    @property
    def clip(self) -> Clip:
        """What the model gets of the largest clip."""
        return architecture(self.model).clip(self.frames, self.frame)

    def job(self) -> Job:
        """The job as the trainers would get it; nothing is read or written."""
        here = Path()
        keeping = Checkpointing(
            here, every_steps=1, every_seconds=None, keep=1, key="", fields={}, inexact=[], resume=None
        )
        return Job(self.kind, self.params, {}, {}, here, here, keeping, seed=0, threads=1)


@dataclass(frozen=True)
class Found:
    """What a step takes: weights, tokens of a row, bytes by phase and part on each GPU, bytes of a checkpoint, FLOPs.

    `overhead` are bytes of a GPU beside all parts. `flops_per_row` are those of all that is done with one row of the
    data, at `share_of_speed` of the data sheet's, and `waiting_per_row` the seconds in which tokens follow each other,
    however fast the GPU is.
    """

    counts: Counts
    tokens: dict[str, int]
    phases: dict[str, memory.Parts]
    checkpoint: float
    overhead: float = 0.0
    flops_per_row: float = 0.0
    share_of_speed: float = share_of_speed("none")
    waiting_per_row: float = 0.0


def sft(asked: Asked) -> Found:
    """train/sft: an adapter, on 4-bit weights or whole ones."""
    params = asked.params
    with as_on_gpus(asked.processes):
        sft_config(asked.job(), params["quantization"])
        quantisation = model_arguments(params, params["quantization"]).get("quantization_config")
        numbers, how = memory.Numbers(in_bf16(params)), _how(params)
    sharding_plugin(asked.accelerate)
    require_sense(params)
    lora = lora_config(params)
    dimensions = architecture(asked.model)
    counts = count(dimensions, lora, quantisation)
    answer = ANSWER_TOKENS if params["target"] == "reverse-thinking" else 8
    batch = Batch(params["batch_size_per_device"], asked.clip, PROMPT_TOKENS + answer, answer)
    step = by_depth(dimensions, lambda shallow: measure(shallow, batch, lora=lora, autocast=numbers.in_bf16, **how))
    parts = {**memory.adapter_training(dimensions, counts, step, asked.processes, numbers), **memory.frames(batch)}
    return Found(
        counts,
        _tokens(batch),
        {"training": memory.with_holes(parts)},
        memory.checkpoint(counts, False),
        overhead(asked.processes),
        step.flops / batch.rows,
        share_of_speed(params["quantization"]),
    )


def grpo(asked: Asked) -> Found:
    """train/grpo: rollouts of a group for each prompt, then an update, on all weights or on an adapter."""
    from ..kinds.train_grpo import grpo_config

    params = asked.params
    whole = params["trainable"] == "all"
    with as_on_gpus(asked.processes):
        config = grpo_config(asked.job(), [])
        numbers, how = memory.Numbers(in_bf16(params)), _how(params)
    sharding_plugin(asked.accelerate)
    require_sense(params)
    lora = None if whole else lora_config(params)
    dimensions = architecture(asked.model)
    counts = count(dimensions, lora, None)
    completion = params["max_completion_length"]
    batch = Batch(config.per_device_train_batch_size, asked.clip, PROMPT_TOKENS + completion, completion)
    tokens = _tokens(batch)
    if tokens["row"] - completion > params["max_prompt_length"]:
        raise StepError(
            "data",
            f"A prompt has about {tokens['row'] - completion} tokens, {tokens['vision']} of them vision, and "
            f"'max_prompt_length' is {params['max_prompt_length']}: use fewer or smaller frames.",
        )
    step = by_depth(
        dimensions, lambda shallow: measure(shallow, batch, lora=lora, autocast=not whole and numbers.in_bf16, **how)
    )
    sharding = params["sharding"]
    update = (
        memory.full_training(dimensions, counts, step, asked.processes, sharding=sharding, numbers=numbers)
        if whole
        else memory.adapter_training(dimensions, counts, step, asked.processes, numbers)
    )
    if whole and params["beta"]:
        update |= memory.reference(counts, asked.processes, sharding, numbers)
    # One generation serves all batches until the next one; its frames stay as long.
    prompts = replace(batch, rows=batch.rows * (config.steps_per_generation or 1), text=PROMPT_TOKENS)
    update |= memory.frames(prompts)
    reading = _reading(asked.model, prompts)
    rollout = {
        **memory.without(update, "activations", "gathered", "gradient buckets"),
        **memory.gathered(counts, sharding, numbers),
        **memory.generation(dimensions, prompts, completion, reading, numbers),
    }
    phases = {"rollout": rollout, "update": memory.with_holes(update)}
    if not whole:
        phases["merging"] = _merging(asked.model, counts)
    seconds = token_seconds(dimensions.layers, not whole) * completion
    return Found(
        counts,
        tokens,
        phases,
        memory.checkpoint(counts, whole),
        overhead(asked.processes),
        _grpo_flops(counts, step, batch, params, reading.flops / prompts.rows),
        waiting_per_row=seconds * params["group_size"] / prompts.rows,
    )


def evaluation(asked: Asked) -> Found:
    """eval/mcq and eval/open: greedy replies to a batch of questions."""
    dimensions = architecture(asked.model)
    counts = count(dimensions, None, None)
    completion = asked.params["max_completion_length"]
    prompts = Batch(asked.params["batch_size"], asked.clip, PROMPT_TOKENS, 0)
    tokens = _tokens(replace(prompts, text=PROMPT_TOKENS + completion))
    reading = _reading(asked.model, prompts)
    parts = {
        **memory.weights(counts),
        **memory.frames(prompts),
        **memory.generation(dimensions, prompts, completion, reading),
    }
    return Found(
        counts,
        tokens,
        {"evaluation": parts},
        0.0,
        overhead(1),
        # Prompts are read in one pass; each new token takes 2 FLOPs a weight.
        reading.flops / prompts.rows + 2.0 * counts.total * completion,
        waiting_per_row=token_seconds(dimensions.layers, False) * completion / prompts.rows,
    )


def merge(asked: Asked) -> Found:
    """model/merge: the merged model, and the same loaded again to compare."""
    counts = count(architecture(asked.model), None, None)
    parts = _merging(asked.model, counts)
    return Found(counts, {}, {"merging": parts}, 0.0, overhead(1))


STAGES: dict[str, Callable[[Asked], Found]] = {
    "train/sft": sft,
    "train/grpo": grpo,
    "model/merge": merge,
    "eval/mcq": evaluation,
    "eval/open": evaluation,
}


@cache
def _reading(model: str, prompts: Batch) -> Step:
    """The same for all steps that ask a model's like the same."""
    return by_depth(architecture(model), lambda shallow: measure_reading(shallow, prompts))


def _merging(model: str, counts: Counts) -> memory.Parts:
    """The model with an adapter's weights added, and the same loaded again to compare."""
    probe = Batch(1, architecture(model).clip(PROBE_FRAMES, PROBE_FRAME), PROBE_TOKENS, 0)
    return {
        "weights, bfloat16": 2.0 * counts.total,
        "the merged model, loaded again": 2.0 * counts.total,
        "activations and logits": _reading(model, probe).peak,
    }


def _how(params: dict[str, Any]) -> dict[str, Any]:
    """How the real code is measured; flash attention, which is not installed, takes about what sdpa takes."""
    attention = "eager" if params.get("attention") == "eager" else None
    dtype = torch.bfloat16 if in_bf16(params) else torch.float32
    return {"checkpointing": recomputes(params), "dtype": dtype, "attention": attention}


def _tokens(batch: Batch) -> dict[str, int]:
    return {"vision": batch.clip.tokens, "text": batch.text, "row": batch.clip.tokens + batch.text}


def _grpo_flops(counts: Counts, step: Step, batch: Batch, params: dict[str, Any], reading: float) -> float:
    """Of one prompt: its group's update, the reference's pass (a quarter of an update with recomputation), reading each
    prompt (`reading` FLOPs), and 2 FLOPs a weight and new token.
    """
    rows = params["group_size"]
    update = step.flops / batch.rows * rows * params["num_iterations"]
    reference = step.flops / batch.rows * rows / 4 if params["beta"] else 0.0
    return update + reference + rows * (reading + 2.0 * counts.total * params["max_completion_length"])
