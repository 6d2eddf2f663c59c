"""One pass of the real model code, and for a training TRL's loss and the way back, on tensors without numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from ..models.family import Architecture, Clip, Inputs
from .live_bytes import LiveBytes

# Depths from which the full model's step is extrapolated.
SHALLOW = 2


@dataclass(frozen=True)
class Step:
    """What one device's batch takes, in bytes, beside the model's weights; and its FLOPs.

    `saved` lives between forward and backward, `peak` is the highest sum of all that operations made, without the
    gradients of weights.
    """

    saved: float
    peak: float
    gradients: float
    flops: float

    def plus(self, other: Step, times: float) -> Step:
        """This step and `times` another one."""
        return Step(
            self.saved + times * other.saved,
            self.peak + times * other.peak,
            self.gradients + times * other.gradients,
            self.flops + times * other.flops,
        )


@dataclass(frozen=True)
class Batch:
    """Rows of equal length: a clip, and `text` other tokens, of which `scored`."""

    rows: int
    clip: Clip
    text: int
    scored: int


def measure(
    dimensions: Architecture,
    batch: Batch,
    *,
    lora: Any = None,
    checkpointing: bool = True,
    autocast: bool = False,
    fake: bool = True,
    dtype: torch.dtype = torch.bfloat16,
    attention: str | None = None,
) -> Step:
    """Run one step. With `fake` False on real tensors, which only a small model can.

    Only what must not be real is made in the fake mode: weights, clips and the loss. Index arithmetic (grids, masks,
    positions) asks for values, and stays outside of it.
    """
    from peft import get_peft_model

    mode = _mode(fake)
    with torch.device("meta"):
        model = dimensions.build(dtype, attention)
        if lora is not None:
            model = get_peft_model(model, lora)
    media = _materialise(model, dimensions, batch, mode)
    base = model.get_base_model() if lora is not None else model
    if checkpointing:
        base.gradient_checkpointing_enable({"use_reentrant": False})
        if lora is not None:
            base.enable_input_require_grads()
    model.train()
    gradients = _release_gradients(model)
    live = LiveBytes(fake_only=fake)
    live.ignore([*model.parameters(), *media.values()])
    low: Any = torch.autocast("cpu", dtype=torch.bfloat16) if autocast else nullcontext()
    with live:
        with low:
            tensors = dimensions.indices(batch.rows, batch.clip, batch.text)
            hidden = base.model(**tensors, **media, use_cache=False).last_hidden_state
            hidden = hidden[:, -batch.scored - 1 : -1].reshape(-1, hidden.shape[-1])
        saved = live.live
        gradient = _loss_gradient(hidden, base.lm_head.weight, mode, low)
        hidden.backward(gradient)
        del hidden, gradient
    return Step(saved, live.peak, sum(gradients), float(live.flops))


@torch.no_grad()
def measure_reading(dimensions: Architecture, batch: Batch, *, fake: bool = True) -> Step:
    """Run one pass over a batch's prompts without a way back, as generating begins: logits of the last token alone."""
    with torch.device("meta"):
        model = dimensions.build(torch.bfloat16)
    media = _materialise(model, dimensions, batch, _mode(fake))
    model.eval()
    live = LiveBytes(fake_only=fake)
    live.ignore([*model.parameters(), *media.values()])
    with live:
        tensors = dimensions.indices(batch.rows, batch.clip, batch.text)
        logits = model(**tensors, **media, use_cache=False, logits_to_keep=1).logits
    assert logits.shape == (batch.rows, 1, dimensions.text["vocab_size"])
    return Step(float(live.live), float(live.peak), 0.0, float(live.flops))


def by_depth(dimensions: Architecture, run: Callable[[Architecture], Step]) -> Step:
    """The full model's step from shallow ones: all but the peak is linear in the number of layers.

    The peak is what the full model saves, and the shallow one's working set: that of one layer, or of the loss.
    """
    tower = SHALLOW if dimensions.depth else 0
    shallow = run(dimensions.at_depth(SHALLOW, tower))
    layer = run(dimensions.at_depth(SHALLOW + 1, tower)).plus(shallow, -1)
    full = shallow.plus(layer, dimensions.layers - SHALLOW)
    if tower:
        full = full.plus(run(dimensions.at_depth(SHALLOW, tower + 1)).plus(shallow, -1), dimensions.depth - tower)
    return replace(full, peak=full.saved + shallow.peak - shallow.saved)


def _loss_gradient(hidden: torch.Tensor, head: torch.Tensor, mode: Any, low: Any) -> torch.Tensor:
    """TRL's loss apart from the model: it makes fresh tensors, so it needs the mode, in which no layer may be."""
    from trl.kernels.chunked_logprob import ChunkedLogProbFunction

    tail = hidden.detach().requires_grad_()
    with mode:
        targets = torch.zeros(tail.shape[0], dtype=torch.long)
        with low:
            # TRL's own sizes of a tile.
            scores = ChunkedLogProbFunction.apply(tail, head, None, targets, 1.0, 32768, None, 1.0, ("log_probs",))
        scores[0].sum().backward()
    assert tail.grad is not None
    return tail.grad


def _mode(fake: bool) -> Any:
    return FakeTensorMode(allow_non_fake_inputs=True) if fake else nullcontext()


def _materialise(model: Any, dimensions: Architecture, batch: Batch, mode: Any) -> Inputs:
    """Replace meta tensors by the mode's CPU tensors (first, as PEFT cannot swap fake weights); returns the clips."""
    with mode:
        _fill(model)
        return dimensions.media(batch.rows, batch.clip)


def _fill(model: Any) -> None:
    for module in model.modules():
        for name, old in list(module._parameters.items()):
            if old is not None:
                new = torch.empty(old.shape, dtype=old.dtype).uniform_(-0.02, 0.02)
                module._parameters[name] = torch.nn.Parameter(new, requires_grad=old.requires_grad)
        for name, old in list(module._buffers.items()):
            if old is not None:
                module._buffers[name] = torch.ones(old.shape, dtype=old.dtype)


def _release_gradients(model: Any) -> list[int]:
    """Drop each weight's gradient when it is whole; returns a list that collects their bytes."""
    sizes: list[int] = []

    def release(parameter: torch.Tensor) -> None:
        assert parameter.grad is not None
        sizes.append(parameter.grad.numel() * parameter.grad.element_size())
        parameter.grad = None

    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.register_post_accumulate_grad_hook(release)
    return sizes
