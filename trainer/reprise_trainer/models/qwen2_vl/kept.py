"""A GRPO step asks the same of one batch three times: to generate, for the reference's logits, and for its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Call = Callable[..., Any]
# Types of numbers that NumPy knows too.
_IN_NUMPY = (torch.float32, torch.int64, torch.uint8)


def equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    """What `torch.equal` says. On a CPU NumPy compares five times as fast."""
    if all(tensor.device.type == "cpu" and tensor.dtype in _IN_NUMPY for tensor in (one, other)):
        return np.array_equal(one.detach().numpy(), other.detach().numpy())
    return torch.equal(one, other)


def keep_last(call: Call) -> Call:
    """The same function, which gives its last result again while it is called with equal arguments.

    Only for what depends on its arguments alone, and takes and gives no gradients. Tensors are compared value by
    value, one that was written to meanwhile is another; so is every argument under another precision of autocast. A
    result that is a tensor, or a tuple of them, is not given again once it was written to. Not for tensors of inference
    mode, which do not tell whether they were written to.
    """
    asked: tuple[Any, ...] | None = None
    noted: tuple[int, ...] = ()
    given: Any = None
    one_at_a_time = threading.Lock()

    def kept(*args: Any, **kwargs: Any) -> Any:
        values = (_precision(), *args, *(part for item in sorted(kwargs.items()) for part in item))
        with one_at_a_time:
            return ask(values, args, kwargs)

    def ask(values: tuple[Any, ...], args: Any, kwargs: Any) -> Any:
        nonlocal asked, noted, given
        if asked is None or _versions((*asked, *_parts(given))) != noted or not _equal(asked, values):
            # Let go first: two batches are not held at once.
            asked = given = None
            given = call(*args, **kwargs)
            asked, noted = values, _versions((*values, *_parts(given)))
        return given

    return kept


def _precision() -> tuple[Any, ...]:
    return tuple((torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)) for kind in ("cpu", "cuda"))


def _parts(given: Any) -> tuple[Any, ...]:
    return given if type(given) is tuple else (given,)


def _versions(values: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(value._version for value in values if torch.is_tensor(value))


def _equal(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return len(one) == len(other) and all(_same(first, second) for first, second in zip(one, other, strict=True))


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if not torch.is_tensor(one) or not torch.is_tensor(other):
        return type(one) is type(other) and bool(one == other)
    alike = one.dtype == other.dtype and one.device == other.device and one.shape == other.shape
    return alike and equal(one, other)
