"""The numbers that follow from logits are computed where a label asks for them: on a CPU TRL computes all of them."""

from __future__ import annotations

import threading
from functools import wraps
from typing import Any

import torch
from peft import PeftModel
from trl.kernels import chunked_logprob

# A label that nothing is asked by.
_NOTHING = -100
_GRADIENTS = ("HAS_LOGPROB_GRAD", "HAS_ENTROPY_GRAD")
_forward_tile: Any = chunked_logprob._forward_tile
_backward_tile: Any = chunked_logprob._backward_tile


class _Asked(threading.local):
    """Places of this thread's forward pass, one after another: whether a label asks for their numbers."""

    places: torch.Tensor | None = None


_asked = _Asked()


def compute_asked(trainer: Any) -> None:
    """Let a training on the CPU compute what follows from logits at labelled places alone.

    The products of matrices stay whole, as they give other numbers in another size. Where no label is, TRL itself puts
    zeros in the place of what it computed, and of its gradient.
    """
    if not trainer.args.use_cpu:
        return
    for model in (trainer.model, getattr(trainer, "ref_model", None)):
        if model is not None:
            _note_labels(model.get_base_model() if isinstance(model, PeftModel) else model)
    chunked_logprob._forward_tile, chunked_logprob._backward_tile = _forward_some, _backward_some


def _note_labels(model: Any) -> None:
    """Of a model that has TRL's fused head."""
    forward = model.forward

    @wraps(forward)
    def noted(*args: Any, **kwargs: Any) -> Any:
        labels = kwargs.get("labels")
        if labels is None or kwargs.get("shift_labels") is not None:
            return forward(*args, **kwargs)
        _asked.places = (labels[:, 1:] != _NOTHING).reshape(-1)
        try:
            return forward(*args, **kwargs)
        finally:
            _asked.places = None

    model.forward = noted


def _forward_some(tile: torch.Tensor, stride: int, *rest: Any, **flags: Any) -> None:
    """TRL's `_forward_tile`: `rest` are tensors [places], targets first and then what is written, and two numbers."""
    *of_places, start, columns = rest
    if _asked.places is None or len(_asked.places) != len(tile):
        _forward_tile(tile, stride, *rest, **flags)
        return
    at = _asked.places.nonzero().flatten()
    some = [values[at] for values in of_places]
    _forward_tile(tile[at], stride, *some, start, columns, **flags)
    for values, computed in zip(of_places[1:], some[1:], strict=True):
        values[at] = computed


def _backward_some(tile: torch.Tensor, stride: int, *rest: Any, **flags: Any) -> None:
    """TRL's `_backward_tile`: `rest` are tensors [places], the gradients of log-probabilities and entropy last, and two
    numbers. Writes the gradient of the logits into `tile`."""
    # Preflight's are without numbers.
    if type(tile) is not torch.Tensor:
        _backward_tile(tile, stride, *rest, **flags)
        return
    *of_places, start, columns = rest
    asked = torch.zeros(len(tile), dtype=torch.bool)
    for slope, has in zip(of_places[-2:], _GRADIENTS, strict=True):
        if flags[has]:
            asked |= slope != 0
    at = asked.nonzero().flatten()
    some = tile[at]
    _backward_tile(some, stride, *(values[at] for values in of_places), start, columns, **flags)
    tile.zero_()
    tile[at] = some
