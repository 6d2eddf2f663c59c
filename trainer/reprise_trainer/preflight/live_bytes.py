"""Counting what operations make, and for how long it lives."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry


class LiveBytes(TorchDispatchMode):
    """Bytes of the storages that operations made and that are alive, their highest sum as `peak`, and FLOPs.

    A storage's finaliser is the event of its end, so autograd, checkpointing and views need no special case.
    `fake_only` ignores real tensors, of which a fake step has only indices. Not torch's FlopCounterMode: its module
    tracker keeps recomputed activations alive, and with them the peak is far too high.
    """

    def __init__(self, *, fake_only: bool) -> None:
        super().__init__()
        self.live = self.peak = self.flops = 0
        self._counted: Any = FakeTensor if fake_only else torch.Tensor
        self._known: dict[int, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.flops += formula(*args, **(kwargs or {}), out_val=out)
        for leaf in tree_leaves(out):
            if isinstance(leaf, self._counted):
                self._add(leaf.untyped_storage())
        return out

    def ignore(self, tensors: Iterable[torch.Tensor]) -> None:
        """Count nothing for these: they were there before, and outlive the count."""
        for tensor in tensors:
            self._known[tensor.untyped_storage()._cdata] = 0

    def _add(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key in self._known:
            return
        self._known[key] = storage.nbytes()
        self.live += storage.nbytes()
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._free, key)

    def _free(self, key: int) -> None:
        self.live -= self._known.pop(key)
