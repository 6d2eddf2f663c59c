"""Faithfulness gates: each stops the step with a sentence that says what was seen."""

from __future__ import annotations

import math
import random
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from ..job.errors import StepError
from ..job.events import Events
from ..models.family import Family, Inputs
from ..models.weights import odd_numbers
from ..processes import ranks


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


def targets_keep_their_text(targets: list[tuple[str, str]], processor: Any) -> None:
    """The tokens of each target stand for its text, up to the composition of letters, which tokenizers choose.

    `targets` are pairs of a row's id and its target. Raises StepError with the row and what becomes of its target.
    """
    rows = {target: row for row, target in reversed(targets)}
    odd = next((target for target in rows if not _is_text(target)), None)
    if odd is not None:
        raise StepError("data", f"The target of '{rows[odd]}' holds half a character and is no text: {odd!r}.")
    tokens = processor.tokenizer(list(rows), add_special_tokens=False)["input_ids"]
    trained = processor.tokenizer.batch_decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    for (target, row), kept in zip(rows.items(), trained, strict=True):
        if _composed(kept) != _composed(target):
            raise StepError(
                "data",
                f"The target of '{row}' cannot be trained as it is written: {_difference(target, kept)}. Take out what "
                "is no text for the model's tokenizer, such as its special tokens.",
            )


def labels_cover_completion(batch: dict[str, torch.Tensor], processor: Any, targets: list[str], events: Events) -> None:
    """Labels train the completion with its end and nothing else, token by token, and at least one in each row.

    A target is taken as it is written, with white space around it.
    """
    end = _end_of_turn(processor)
    expected = {
        tuple(processor.tokenizer(target + end, add_special_tokens=False)["input_ids"]) for target in set(targets)
    }
    text = ""
    for row, labels in enumerate(batch["labels"]):
        trained = labels[labels != -100]
        if not len(trained):
            raise StepError("gate", f"Row {row} of the first batch has no trained label: its loss would be 0.")
        text = processor.tokenizer.decode(trained, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        if tuple(trained.tolist()) not in expected:
            raise StepError(
                "gate",
                f"Row {row} of the first batch trains on {text[:120]!r}, which is no target of the dataset with the "
                f"template's end {end!r}: the labels cover more or less than the completion.",
            )
    events.gate("labels-cover-completion", f"{len(batch['labels'])} rows, last trained text {text!r}")


def _end_of_turn(processor: Any) -> str:
    """What the chat template writes behind a reply."""
    mark = "reply"
    turns = [{"role": "user", "content": "question"}, {"role": "assistant", "content": mark}]
    return processor.apply_chat_template(turns, tokenize=False).rpartition(mark)[2]


def _is_text(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _difference(written: str, kept: str) -> str:
    """Where two texts part, with a few letters of each."""
    at = next((i for i, pair in enumerate(zip(written, kept, strict=False)) if pair[0] != pair[1]), len(kept))
    return f"from character {at + 1} on, {written[at : at + 40]!r} becomes {kept[at : at + 40]!r}"


@torch.no_grad()
def pixels_reach_loss(model: Any, family: Family, batch: Inputs, events: Events) -> None:
    """One batch with its frames and with black frames must not give the same loss."""
    black_batch = family.blinded(batch)
    if black_batch is None:
        raise StepError("gate", "The batch carries no pixels: the model would train without the video.")
    # Training mode: in evaluation mode on a CPU, bitsandbytes repacks 4-bit weights (and fails on narrow layers).
    model.train()
    with untouched_randomness():
        torch.manual_seed(0)
        seen = float(model(**batch).loss)
        torch.manual_seed(0)
        black = float(model(**black_batch).loss)
    if not (math.isfinite(seen) and math.isfinite(black)):
        raise StepError(
            "gate", f"Before the training the loss is {seen}, and {black} with black frames: {_blame(family, batch)}."
        )
    if seen == black:
        raise StepError(
            "gate", f"The loss is {seen:.6f} with the frames and with black frames: the pixels do not reach the loss."
        )
    events.gate("pixels-reach-loss", f"loss {seen:.6f} with frames, {black:.6f} with black frames")


def _blame(family: Family, batch: Inputs) -> str:
    pixels = family.odd_media(batch)
    if pixels is not None:
        return f"its frames have {pixels}. Look at the processor's image_mean, image_std and rescale_factor"
    return (
        "its frames and the weights are finite, so something overflows between them. Look at the model and 'precision'"
    )


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
    for name, found in (("base + adapter", expected), ("the merged model", actual)):
        odd = odd_numbers(found)
        if odd is not None:
            raise StepError(
                "gate", f"The logits of {name} on the probe are not finite ({odd}). Look at the training that made it."
            )
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
