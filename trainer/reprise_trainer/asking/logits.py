"""Logits that are finite while a model replies: others would become tokens as well, such as "!!!!"."""

from __future__ import annotations

from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList

from ..job.errors import StepError


class WatchLogits(LogitsProcessor):
    """Notes which rows of a batch had logits that are not finite, without a wait for the device.

    Those rows go on with equal logits: sampling from others ends a CUDA program without a sentence.
    """

    def __init__(self) -> None:
        self._odd: torch.Tensor | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Logits of the next token of each row [rows, vocabulary], where suppressed tokens have minus infinity."""
        odd = ~scores.amax(dim=-1).isfinite()
        self._odd = odd if self._odd is None else self._odd | odd
        return scores.masked_fill(odd[:, None], 0.0)

    def odd_rows(self) -> list[int]:
        """The rows, by number, that had logits that are not finite."""
        return [] if self._odd is None else self._odd.nonzero().flatten().tolist()


def generate_watched(generate: Any, **kwargs: Any) -> tuple[torch.Tensor, list[int]]:
    """What a model's `generate` gives, and the numbers of the rows whose logits were not finite."""
    watch = WatchLogits()
    ids = generate(**kwargs, logits_processor=LogitsProcessorList([watch]))
    return ids, watch.odd_rows()


def watch_rollouts(trainer: Any) -> None:
    """Let a GRPOTrainer stop where the logits that it samples from are not finite. Raises StepError in the training."""
    generate = trainer.model.generate

    def watched(**kwargs: Any) -> torch.Tensor:
        ids, odd = generate_watched(generate, **kwargs)
        if odd:
            raise StepError(
                "nan",
                f"The logits of {len(odd)} of {len(ids)} completions are not finite after step "
                f"{trainer.state.global_step}: the training has diverged. Lower the learning rate.",
            )
        return ids

    trainer.model.generate = watched
