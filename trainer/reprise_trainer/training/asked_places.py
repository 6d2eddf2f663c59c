"""The numbers that follow from logits are computed where a label asks for them: on a CPU TRL computes all of them."""

from __future__ import annotations

import threading
from functools import wraps
from typing import Any

import torch
from peft import PeftModel
from trl.kernels import chunked_logprob
from trl.trainer import utils

# A label that nothing is asked by.
_NOTHING = -100
_GRADIENTS = ("HAS_LOGPROB_GRAD", "HAS_ENTROPY_GRAD")
# A product of matrices goes through its rows in groups of so many, and through the last or a few in another way.
_GROUP, _FEW = 4, 8
_Whole: Any = chunked_logprob.ChunkedLogProbFunction
_forward_tile: Any = chunked_logprob._forward_tile
_backward_tile: Any = chunked_logprob._backward_tile


class _Asked(threading.local):
    """Of this thread's forward pass."""

    places: torch.Tensor | None = None
    """One after another: whether a label asks for their numbers."""

    prompt: int = 0
    """So many tokens stand before the first label of any row."""


_asked = _Asked()


def prompt_length() -> int:
    """How many tokens of each row come before anything that the forward pass of this thread is asked for."""
    return _asked.prompt


def compute_asked(trainer: Any) -> None:
    """Let a training on the CPU compute what follows from logits at labelled places alone.

    Where no label is, TRL itself puts zeros in the place of what it computed, and of its gradient. Where the head is
    trained its products stay whole: their sums go over all places.
    """
    if not trainer.args.use_cpu:
        return
    for model in (trainer.model, getattr(trainer, "ref_model", None)):
        if model is not None:
            _note_labels(model.get_base_model() if isinstance(model, PeftModel) else model)
    chunked_logprob._forward_tile, chunked_logprob._backward_tile = _forward_some, _backward_some
    utils._ChunkedLogProbFunction = _AtPlaces


def _note_labels(model: Any) -> None:
    """Of a model that has TRL's fused head."""
    forward = model.forward

    @wraps(forward)
    def noted(*args: Any, **kwargs: Any) -> Any:
        labels = kwargs.get("labels")
        if labels is None or kwargs.get("shift_labels") is not None:
            return forward(*args, **kwargs)
        asked = labels != _NOTHING
        _asked.places = asked[:, 1:].reshape(-1)
        _asked.prompt = int(asked.any(0).int().argmax())
        try:
            return forward(*args, **kwargs)
        finally:
            _asked.places, _asked.prompt = None, 0

    model.forward = noted


class _AtPlaces:
    """TRL's function of logits, for which a frozen head's products too are computed where something is asked."""

    @staticmethod
    def apply(hidden: torch.Tensor, weight: torch.Tensor, bias: Any, targets: torch.Tensor, *rest: Any) -> Any:
        """Of `hidden` [places, width] and `targets` [places]; gives a tuple of tensors [places], or None."""
        places = _asked.places
        at = None if places is None or weight.requires_grad else _rows_of_product(places, len(hidden))
        if places is None or at is None:
            return _Whole.apply(hidden, weight, bias, targets, *rest)
        _asked.places = places[at]
        try:
            computed = _Whole.apply(hidden[at], weight, bias, targets[at], *rest)
        finally:
            _asked.places = places
        return tuple(None if part is None else part.new_zeros(len(hidden)).index_put((at,), part) for part in computed)


def _rows_of_product(places: torch.Tensor, rows: int) -> torch.Tensor | None:
    """The places that something is asked of and some more, so many that each row comes out as in the whole product.

    None where they are all, or where it has rows that only the whole product computes so.
    """
    if len(places) != rows or rows % _GROUP:
        return None
    asked, others = places.nonzero().flatten(), (~places).nonzero().flatten()
    needed = max(_FEW, -(-len(asked) // _GROUP) * _GROUP)
    return torch.cat([asked, others[: needed - len(asked)]]).sort().values if needed < rows else None


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
