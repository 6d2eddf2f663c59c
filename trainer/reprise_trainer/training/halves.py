"""Rows of a batch do not know of each other in a decoder: half of them are trained on beside the other half.

What sums over rows, the gradient of a weight, is computed of all rows at once, as without the thread.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import torch
from peft import PeftModel
from transformers.modeling_outputs import BaseModelOutputWithPast

from .dropout import drops

# A product of matrices goes through its rows in groups of so many, and through a few in another way.
_GROUP, _FEW = 4, 8
_ROWS = frozenset({"inputs_embeds", "attention_mask"})
_KNOWN = _ROWS | {"position_ids", "use_cache"}


@dataclass
class _Note:
    """What a module with trained weights was given in one half, and the gradient of what it gave."""

    given: torch.Tensor
    slope: Any = None


@dataclass
class _Half:
    said: dict[str, Any]
    """What the decoder is asked; its embeddings are a leaf of the half's graph."""

    hidden: Any = None
    """[rows, tokens, width]."""

    notes: dict[str, _Note] = field(default_factory=dict)
    """By the modules' names."""


class _Passing(threading.local):
    half: _Half | None = None
    """The one that this thread computes."""


_passing = _Passing()


def train_in_halves(trainer: Any, thread: ThreadPoolExecutor | None) -> None:
    """Let the decoder of a trainer's model train on both halves of a batch at once, one of them by `thread`.

    What comes out is the same. Where values are dropped at random, each half would draw others.
    """
    if thread is None or trainer.args.bf16 or trainer.args.fp16 or drops(trainer.model):
        return
    model = trainer.model
    base: Any = model.get_base_model() if isinstance(model, PeftModel) else model
    decoder = base.get_decoder()
    whole = decoder.forward
    twin: _Twin | None = None

    @wraps(whole)
    def forward(**inputs: Any) -> Any:
        nonlocal twin
        said = {name: value for name, value in inputs.items() if value is not None}
        if not torch.is_grad_enabled() or decoder.gradient_checkpointing or not _divides(said):
            return whole(**inputs)
        if twin is None or not twin.is_of(decoder):
            twin = _Twin(decoder, thread)
        hidden = _Halves.apply(twin, said, said["inputs_embeds"], *twin.trained.values())
        return BaseModelOutputWithPast(last_hidden_state=hidden)

    decoder.forward = forward


def _divides(said: dict[str, Any]) -> bool:
    """Whether each half's rows come out as those of the whole batch."""
    if not _ROWS <= said.keys() <= _KNOWN or said.get("use_cache"):
        return False
    rows, tokens = said["inputs_embeds"].shape[:2]
    mask, positions = said["attention_mask"], said.get("position_ids")
    if rows % 2 or not torch.is_tensor(mask) or mask.shape != (rows, tokens):
        return False
    if positions is not None and positions.shape[-2:] != (rows, tokens):
        return False
    # Attention goes another way where nothing is masked.
    ways = {bool(part.all()) for part in (mask, *mask.chunk(2))}
    places = rows // 2 * tokens
    return len(ways) == 1 and places >= _FEW and places % _GROUP == 0


class _Twin:
    """A decoder's modules a second time, around the same weights, whose gradients are computed apart."""

    def __init__(self, decoder: Any, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self.trained = {name: weight for name, weight in decoder.named_parameters() if weight.requires_grad}
        shared: dict[int, Any] = {id(buffer): buffer for buffer in decoder.buffers()}
        for weight in decoder.parameters():
            shared[id(weight)] = torch.nn.Parameter(weight.detach(), requires_grad=False)
        self._decoder = copy.deepcopy(decoder, shared)
        # That of the copy divides no further.
        del self._decoder.forward
        for name in {name.rpartition(".")[0] for name in self.trained}:
            self._decoder.get_submodule(name).register_forward_hook(_noting(name))

    def is_of(self, decoder: Any) -> bool:
        """Whether the decoder still has the weights that these modules have, and trains the same ones."""
        here = dict(self._decoder.named_parameters())
        return all(
            weight.data_ptr() == here[name].data_ptr() and weight.requires_grad == (name in self.trained)
            for name, weight in decoder.named_parameters()
        )

    def forward(self, said: dict[str, Any]) -> list[_Half]:
        """Both halves, each with a graph of its own."""
        halves = [_Half({"use_cache": False}) for _ in range(2)]
        for name, value in said.items():
            if name != "use_cache":
                for half, part in zip(halves, value.chunk(2, dim=-2 if name == "position_ids" else 0), strict=True):
                    half.said[name] = part.detach()

        def compute(half: _Half) -> None:
            half.said["inputs_embeds"].requires_grad_(said["inputs_embeds"].requires_grad)
            _passing.half = half
            try:
                with torch.enable_grad():
                    half.hidden = self._decoder(**half.said).last_hidden_state
            finally:
                _passing.half = None

        self._both(compute, halves)
        return halves

    def backward(self, halves: list[_Half], slope: torch.Tensor) -> list[torch.Tensor | None]:
        """The gradients of the trained weights, in their order, None of one that was not used.

        `slope` is that of what both halves gave, [rows, tokens, width].
        """
        parts = zip(halves, slope.chunk(2), strict=True)
        self._both(lambda pair: torch.autograd.backward(pair[0].hidden, pair[1]), list(parts))
        found: dict[str, torch.Tensor] = {}
        names = list(halves[0].notes)

        def sum_up(some: list[str]) -> None:
            for name in some:
                found.update(self._of_module(name, halves))

        self._both(sum_up, [names[::2], names[1::2]])
        return [found.get(name) for name in self.trained]

    def _of_module(self, name: str, halves: list[_Half]) -> dict[str, torch.Tensor]:
        module = self._decoder.get_submodule(name)
        owned = {own: f"{name}.{own}" for own, _ in module.named_parameters(recurse=False)}
        weights = {own: self.trained[full] for own, full in owned.items() if full in self.trained}
        given = torch.cat([half.notes[name].given for half in halves])
        slope = torch.cat([half.notes[name].slope for half in halves])
        return {owned[own]: value for own, value in _gradients(module, weights, given, slope).items()}

    def _both(self, compute: Callable[[Any], Any], of: list[Any]) -> None:
        beside = self._thread.submit(compute, of[1])
        try:
            compute(of[0])
        finally:
            beside.result()


def _gradients(
    module: Any, weights: dict[str, torch.Tensor], given: torch.Tensor, slope: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Of a module's own weights, as autograd computes them of what it was given and the gradient of what it gave."""
    if type(module) is torch.nn.Linear:
        rows = slope.reshape(-1, slope.shape[-1])
        ways = {
            "weight": lambda: rows.t().mm(given.reshape(-1, given.shape[-1])),
            "bias": lambda: rows.sum_to_size(module.bias.shape),
        }
        return {name: ways[name]() for name in weights}
    leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
    with torch.enable_grad():
        gave = torch.func.functional_call(module, leaves, (given,))
    return dict(zip(leaves, torch.autograd.grad(gave, list(leaves.values()), slope), strict=True))


def _noting(name: str) -> Any:
    def note(_: Any, given: tuple[torch.Tensor, ...], gave: torch.Tensor) -> None:
        half = _passing.half
        # A pass for the gradient of its weights is none of a half.
        if half is None:
            return
        noted = half.notes[name] = _Note(given[0].detach())
        # Of the first module nothing below has a gradient.
        if not gave.requires_grad:
            gave.requires_grad_()

        def keep(slope: torch.Tensor) -> None:
            noted.slope = slope

        gave.register_hook(keep)

    return note


class _Halves(torch.autograd.Function):
    """A decoder's hidden states [rows, tokens, width], of what it is asked and of its trained weights."""

    @staticmethod
    def forward(ctx: Any, twin: _Twin, said: dict[str, Any], embedded: torch.Tensor, *_: torch.Tensor) -> Any:
        ctx.twin, ctx.halves = twin, twin.forward({**said, "inputs_embeds": embedded})
        return torch.cat([half.hidden.detach() for half in ctx.halves])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: torch.Tensor) -> Any:
        halves, ctx.halves = ctx.halves, None
        found = ctx.twin.backward(halves, *grad_outputs)
        below = [half.said["inputs_embeds"].grad for half in halves]
        return None, None, torch.cat(below) if ctx.needs_input_grad[2] else None, *found
