"""Rows of a batch do not know of each other in a decoder: some of them are trained on beside the others.

What sums over rows, the gradient of a weight, is computed of all rows at once, as without the thread.
"""

from __future__ import annotations

import copy
import threading
from collections import deque
from collections.abc import Callable, Iterable
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
# More of them are divided more evenly, and each costs some milliseconds of Python.
_COUNTS = (4, 2)
_ROWS = frozenset({"inputs_embeds", "attention_mask"})
_KNOWN = _ROWS | {"position_ids", "use_cache"}


@dataclass
class _Note:
    """What a module with trained weights was given in one part, and the gradient of what it gave."""

    given: torch.Tensor
    slope: Any = None


@dataclass
class _Part:
    said: dict[str, Any]
    """What the decoder is asked; its embeddings are a leaf of the part's graph."""

    hidden: Any = None
    """[rows, tokens, width]."""

    notes: dict[str, _Note] = field(default_factory=dict)
    """By the modules' names."""


class _Passing(threading.local):
    part: _Part | None = None
    """The one that this thread computes."""


_passing = _Passing()


def train_in_parts(trainer: Any, thread: ThreadPoolExecutor | None) -> None:
    """Let the decoder of a trainer's model train on a batch in parts, of which `thread` takes what it gets to.

    What comes out is the same. Where values are dropped at random, each part would draw others.
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
        count = 1 if not torch.is_grad_enabled() or decoder.gradient_checkpointing else _count(said)
        if count == 1:
            return whole(**inputs)
        if twin is None or not twin.is_of(decoder):
            twin = _Twin(decoder, thread)
        hidden = _Parts.apply(twin, said, count, said["inputs_embeds"], *twin.trained.values())
        return BaseModelOutputWithPast(last_hidden_state=hidden)

    decoder.forward = forward


def _count(said: dict[str, Any]) -> int:
    """In how many parts rows may go through the decoder and come out as those of the whole batch."""
    if not _ROWS <= said.keys() <= _KNOWN or said.get("use_cache"):
        return 1
    of_rows = said["inputs_embeds"].shape[:2]
    mask, positions = said["attention_mask"], said.get("position_ids")
    if not torch.is_tensor(mask) or mask.shape != of_rows:
        return 1
    if positions is not None and positions.shape[-2:] != of_rows:
        return 1
    return next((count for count in _COUNTS if _divides(mask, count)), 1)


def _divides(mask: torch.Tensor, count: int) -> bool:
    rows, tokens = mask.shape
    places = rows // count * tokens
    # Attention goes another way where nothing is masked.
    ways = {bool(part.all()) for part in (mask, *mask.chunk(count))}
    return rows % count == 0 and places % _GROUP == 0 and places >= _FEW and len(ways) == 1


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

    def forward(self, said: dict[str, Any], count: int) -> list[_Part]:
        """So many parts, each with a graph of its own."""
        parts = [_Part({"use_cache": False}) for _ in range(count)]
        for name, value in said.items():
            if name != "use_cache":
                rows = -2 if name == "position_ids" else 0
                for part, some in zip(parts, value.chunk(count, dim=rows), strict=True):
                    part.said[name] = some.detach()

        def compute(part: _Part) -> None:
            part.said["inputs_embeds"].requires_grad_(said["inputs_embeds"].requires_grad)
            _passing.part = part
            try:
                with torch.enable_grad():
                    part.hidden = self._decoder(**part.said).last_hidden_state
            finally:
                _passing.part = None

        self._share(compute, parts)
        return parts

    def backward(self, parts: list[_Part], slope: torch.Tensor) -> list[torch.Tensor | None]:
        """The gradients of the trained weights, in their order, None of one that was not used.

        `slope` is that of what all parts gave, [rows, tokens, width].
        """
        found: dict[str, torch.Tensor] = {}
        slopes = slope.chunk(len(parts))
        self._share(lambda at: torch.autograd.backward(parts[at].hidden, slopes[at]), range(len(parts)))
        self._share(lambda name: found.update(self._of_module(name, parts)), parts[0].notes)
        return [found.get(name) for name in self.trained]

    def _of_module(self, name: str, parts: list[_Part]) -> dict[str, torch.Tensor]:
        module = self._decoder.get_submodule(name)
        owned = {own: f"{name}.{own}" for own, _ in module.named_parameters(recurse=False)}
        weights = {own: self.trained[full] for own, full in owned.items() if full in self.trained}
        given = torch.cat([part.notes[name].given for part in parts])
        slope = torch.cat([part.notes[name].slope for part in parts])
        return {owned[own]: value for own, value in _gradients(module, weights, given, slope).items()}

    def _share(self, compute: Callable[[Any], Any], of: Iterable[Any]) -> None:
        """Compute each of some things, here or in the thread: it may be busy still with what it was given before."""
        left = deque(of)

        def take() -> None:
            while True:
                try:
                    one = left.popleft()
                except IndexError:
                    return
                compute(one)

        beside = self._thread.submit(take)
        try:
            take()
        finally:
            if not beside.cancel():
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
        part = _passing.part
        # A pass for the gradient of its weights is none of a part.
        if part is None:
            return
        noted = part.notes[name] = _Note(given[0].detach())
        # Of the first module nothing below has a gradient.
        if not gave.requires_grad:
            gave.requires_grad_()

        def keep(slope: torch.Tensor) -> None:
            noted.slope = slope

        gave.register_hook(keep)

    return note


class _Parts(torch.autograd.Function):
    """A decoder's hidden states [rows, tokens, width], of what it is asked and of its trained weights."""

    @staticmethod
    def forward(ctx: Any, twin: _Twin, said: dict[str, Any], count: int, embedded: Any, *_: torch.Tensor) -> Any:
        ctx.twin, ctx.parts = twin, twin.forward({**said, "inputs_embeds": embedded}, count)
        return torch.cat([part.hidden.detach() for part in ctx.parts])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: torch.Tensor) -> Any:
        parts, ctx.parts = ctx.parts, None
        found = ctx.twin.backward(parts, *grad_outputs)
        below = [part.said["inputs_embeds"].grad for part in parts]
        return None, None, None, torch.cat(below) if ctx.needs_input_grad[3] else None, *found
