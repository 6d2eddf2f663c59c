"""Faithfulness gates: each stops the step with a sentence that says what was seen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from . import ranks
from .errors import StepError
from .events import Events


@contextmanager
def untouched_randomness() -> Iterator[None]:
    """A gate must not move the random state: the training after it has to stay reproducible."""
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        yield
    random.setstate(python)
    np.random.set_state(numpy)


def first_batch(trainer: Any) -> dict[str, torch.Tensor]:
    """The first batch that the trainer would train on, on the trainer's device."""
    with untouched_randomness():
        batch = next(iter(trainer.get_train_dataloader()))
    return {name: value.to(trainer.model.device) for name, value in batch.items() if torch.is_tensor(value)}


def labels_cover_completion(batch: dict[str, torch.Tensor], processor: Any, targets: list[str], events: Events) -> None:
    """Labels train the completion and nothing else, and at least one label is trained in each row."""
    text = ""
    for row, labels in enumerate(batch["labels"]):
        trained = labels[labels != -100]
        text = processor.tokenizer.decode(trained, skip_special_tokens=True).strip()
        if not len(trained):
            raise StepError("gate", f"Row {row} of the first batch has no trained label: its loss would be 0.")
        if text not in targets:
            raise StepError(
                "gate",
                f"Row {row} of the first batch trains on {text[:120]!r}, which is no target of the dataset: "
                "the labels cover more or less than the completion.",
            )
    events.gate("labels-cover-completion", f"{len(batch['labels'])} rows, last trained text {text!r}")


@torch.no_grad()
def pixels_reach_loss(model: Any, batch: dict[str, torch.Tensor], events: Events) -> None:
    """One batch with its frames and with black frames must not give the same loss."""
    if batch.get("pixel_values") is None:
        raise StepError("gate", "The batch carries no pixels: the model would train without the video.")
    # Training mode: in evaluation mode on a CPU, bitsandbytes repacks 4-bit weights (and fails on narrow layers).
    model.train()
    black_batch = {**batch, "pixel_values": torch.zeros_like(batch["pixel_values"])}
    with untouched_randomness():
        torch.manual_seed(0)
        seen = float(model(**batch).loss)
        torch.manual_seed(0)
        black = float(model(**black_batch).loss)
    if seen == black:
        raise StepError(
            "gate", f"The loss is {seen:.6f} with the frames and with black frames: the pixels do not reach the loss."
        )
    events.gate("pixels-reach-loss", f"loss {seen:.6f} with frames, {black:.6f} with black frames")


def prompts_fit(prompts: list[tuple[str, str]], processor: Any, limit: int, vision_tokens: int, events: Events) -> None:
    """No prompt is longer than the limit (Table 5: 4096 tokens). Prompts are counted, never cut.

    `prompts` are pairs of a row's id and its text.
    """
    longest, where = 0, ""
    for row, prompt in prompts:
        message = [{"role": "user", "content": prompt}]
        text = processor.apply_chat_template(message, tokenize=False, add_generation_prompt=True)
        tokens = len(processor.tokenizer(text)["input_ids"]) + vision_tokens
        if tokens > longest:
            longest, where = tokens, row
    if longest > limit:
        raise StepError("gate", f"The prompt of '{where}' has {longest} tokens, the limit is {limit}.")
    events.gate("prompts-fit", f"longest prompt {longest} tokens, limit {limit}")


def logits_agree(expected: torch.Tensor, actual: torch.Tensor, tolerance: float, events: Events) -> float:
    """Base + adapter and the merged model give the same logits on a probe; returns the largest difference."""
    difference = float((expected - actual).abs().max())
    if not difference <= tolerance:
        raise StepError(
            "gate",
            f"The merged model differs from base + adapter by {difference:.3g} in its logits on the probe "
            f"(allowed {tolerance:.3g}): the merge is broken.",
        )
    events.gate("merge-agrees", f"largest logit difference {difference:.3g}, allowed {tolerance:.3g}")
    return difference


class DistinctGroups:
    """Watches rollouts: identical completions in every group mean zero advantage and no learning."""

    def __init__(self, group_size: int, patience: int, events: Events) -> None:
        self._group_size = group_size
        self._patience = patience
        self._events = events
        self._groups = 0
        self._passed = False

    def watch(self, completions: list[str]) -> None:
        """Look at one batch of rollouts, groups one after another."""
        if self._passed:
            return
        # Of all processes: a group may lie across two of them, and all have to stop together.
        completions = ranks.gathered(completions)
        for start in range(0, len(completions), self._group_size):
            distinct = len(set(completions[start : start + self._group_size]))
            self._groups += 1
            if distinct > 1:
                self._passed = True
                self._events.gate("groups-differ", f"group {self._groups} holds {distinct} distinct completions")
                return
        if self._groups >= self._patience:
            raise StepError(
                "gate",
                f"The first {self._groups} groups of {self._group_size} rollouts hold one distinct completion each: "
                "rollouts are greedy, so nothing can be learned. Check temperature, top_p and top_k.",
            )
